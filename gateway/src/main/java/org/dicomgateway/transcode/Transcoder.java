package org.dicomgateway.transcode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.DatasetRecoder;
import org.dicomgateway.dicom.rewrite.PixelRewriting;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes datasets in other transfer syntaxes, a bounded number of them at a time; others wait. Its folder holds what is
 * being made, and nothing that is needed after a crash. Safe for any number of threads.
 */
public final class Transcoder {

    private static final Logger LOG = LoggerFactory.getLogger(Transcoder.class);

    private final Path folder;
    private final long reserve;
    private final BlockingQueue<Integer> places = new LinkedBlockingQueue<>();
    private final AtomicLong made = new AtomicLong();
    private boolean cleaned;

    /** Gives the dataset of an instance from its beginning. */
    @FunctionalInterface
    public interface Original {
        InputStream open() throws IOException;
    }

    /**
     * Writes nothing before the first dataset is made.
     *
     * @param folder its own: what is in it is deleted
     * @param reserve how many bytes of the disk stay free
     * @param atOnce how many datasets are made at a time
     */
    public Transcoder(Path folder, long reserve, int atOnce) {
        this.folder = folder;
        this.reserve = reserve;
        for (int place = 0; place < atOnce; place++) {
            places.add(place);
        }
    }

    /**
     * Makes a dataset completely.
     *
     * @throws UntransformableException when it cannot be made certainly and without loss; the message says why
     * @throws UnreadableDatasetException when the original is malformed
     * @throws NotNowException when it cannot be made now, for a reason that has nothing to do with the instance
     * @throws IOException when {@code original} throws it
     */
    public Transcoded make(Original original, TransferSyntax from, TransferSyntax to) throws IOException {
        Integer place = take();
        OutputFile out = new OutputFile(folder.resolve("made-" + made.incrementAndGet()), reserve);
        boolean complete = false;
        try (InputStream in = original.open()) {
            recode(in, from, to, slot(place), out);
            complete = true;
            return new Transcoded(to, out);
        } catch (UntransformableException | UnreadableDatasetException | DamagedInstanceException | NotNowException e) {
            throw e;
        } catch (IOException e) {
            throw notNow(e);
        } finally {
            places.add(place);
            if (!complete) {
                out.delete();
            }
        }
    }

    private static void recode(InputStream in, TransferSyntax from, TransferSyntax to, Path slot, OutputFile out)
            throws IOException {
        Optional<PixelRewriting> pixels = TranscodeSettings.isUncompressed(from) && TranscodeSettings.isUncompressed(to)
                ? Optional.empty()
                : Optional.of(new PixelTranscoding(from, to, name -> emptied(slot.resolve(name))));
        try {
            DatasetRecoder.recode(in, from, to, pixels, out);
        } catch (UntransformableException | UnreadableDatasetException e) {
            // When it is the spool's copy that is damaged, reading on says so.
            in.transferTo(OutputStream.nullOutputStream());
            throw e;
        }
    }

    private Path slot(int place) {
        return folder.resolve("place-" + place);
    }

    private Integer take() throws NotNowException {
        try {
            clean();
            return places.take();
        } catch (IOException e) {
            throw notNow(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotNowException("it was not transcoded: the lane was stopped");
        }
    }

    private static NotNowException notNow(IOException e) {
        return new NotNowException("it cannot be transcoded now: " + e.getMessage());
    }

    /**
     * Deletes what an earlier process has left: it is of no use, and can name patients. When that fails, the next
     * dataset that is made tries again.
     */
    public void cleanUp() {
        if (Files.exists(folder)) {
            try {
                clean();
            } catch (IOException e) {
                LOG.warn("what an earlier process left in {} cannot be deleted now: {}", folder, e.toString());
            }
        }
    }

    private synchronized void clean() throws IOException {
        if (!cleaned) {
            emptied(folder);
            cleaned = true;
        }
    }

    private static Path emptied(Path path) throws IOException {
        if (Files.exists(path)) {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                /** A codec that outlived its gateway would still write by names within its folder. */
                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
