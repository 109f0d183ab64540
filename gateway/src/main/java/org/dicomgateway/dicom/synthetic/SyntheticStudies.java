package org.dicomgateway.dicom.synthetic;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * All instances of a spec, ordered by patient, study and series. They are generated when they are needed, so memory
 * does not grow with their number.
 */
public final class SyntheticStudies implements Iterable<SyntheticInstance> {

    /** The length of pixel data that is not encapsulated is even and fits 32 bits (PS3.5 7.1.1, 8.2). */
    private static final long MAX_PIXEL_BYTES = 0xffff_fffeL;

    private final StudySpec spec;
    private final Map<Modality, Matrix> matrices = new EnumMap<>(Modality.class);
    private final Map<Modality, Long> fileBytes = new EnumMap<>(Modality.class);

    private SyntheticStudies(StudySpec spec) {
        this.spec = spec;
        for (Modality modality : spec.modalities()) {
            long headerBytes = headerBytes(modality, spec);
            Matrix matrix = spec.size().matrix(modality, spec.frames(), headerBytes);
            long pixelBytes = new SyntheticInstance(new Place(1, 1, 1, 1), modality, matrix, spec).pixelBytes();
            if (pixelBytes > MAX_PIXEL_BYTES) {
                throw new IllegalArgumentException(modality + " of " + matrix + " with " + spec.frames()
                        + " frame(s) has " + pixelBytes + " bytes of pixels; a file can hold " + MAX_PIXEL_BYTES);
            }
            matrices.put(modality, matrix);
            fileBytes.put(modality, headerBytes + pixelBytes);
        }
    }

    /**
     * The instances of {@code spec}.
     *
     * @throws IllegalArgumentException when an image of such a size is not possible; the message is for the operator
     */
    public static SyntheticStudies of(StudySpec spec) {
        return new SyntheticStudies(spec);
    }

    /** How many instances there are. */
    public long size() {
        return spec.totalInstances();
    }

    /** The total size of all files in bytes, to within a few bytes for each. */
    public long expectedBytes() {
        List<Modality> turn = spec.modalities();
        long bytes = 0;
        for (int i = 0; i < turn.size(); i++) {
            long series = (spec.totalSeries() + turn.size() - 1 - i) / turn.size();
            bytes += series * spec.instances() * fileBytes.getOrDefault(turn.get(i), 0L);
        }
        return bytes;
    }

    @Override
    public Iterator<SyntheticInstance> iterator() {
        return new Iterator<>() {
            private long next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public SyntheticInstance next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("there are " + size() + " instances");
                }
                return instance(next++);
            }
        };
    }

    private SyntheticInstance instance(long index) {
        long seriesIndex = index / spec.instances();
        long studyIndex = seriesIndex / spec.series();
        Place place = new Place(
                1 + (int) (studyIndex / spec.studies()),
                1 + (int) (studyIndex % spec.studies()),
                1 + (int) (seriesIndex % spec.series()),
                1 + (int) (index % spec.instances()));
        Modality modality =
                spec.modalities().get((int) (seriesIndex % spec.modalities().size()));
        Matrix matrix = matrices.get(modality);
        if (matrix == null) {
            throw new IllegalStateException("no matrix was computed for " + modality);
        }
        return new SyntheticInstance(place, modality, matrix, spec);
    }

    /**
     * Writes every instance to its {@link SyntheticInstance#path()} under {@code folder}.
     *
     * @return the files, in order
     */
    public List<Path> writeTo(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (SyntheticInstance instance : this) {
            files.add(instance.writeTo(folder));
        }
        return files;
    }

    /** Writes any number of files. Only {@code listener} reports them. */
    public void writeTo(Path folder, WriteListener listener) throws IOException {
        for (SyntheticInstance instance : this) {
            instance.writeTo(folder, listener);
            listener.finished();
        }
    }

    private static long headerBytes(Modality modality, StudySpec spec) {
        long[] bytes = {0};
        WriteListener count = n -> bytes[0] += n;
        try {
            new SyntheticInstance(new Place(1, 1, 1, 1), modality, new Matrix(512, 512), spec)
                    .writeHeader(count.listenTo(OutputStream.nullOutputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException("failed without writing anything", e);
        }
        return bytes[0];
    }
}
