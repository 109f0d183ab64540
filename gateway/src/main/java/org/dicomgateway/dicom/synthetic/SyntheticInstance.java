package org.dicomgateway.dicom.synthetic;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.galaxy.io.ImageOutputStream;
import org.dicomgateway.dicom.synthetic.template.Template;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** One image that can write itself, in Explicit VR Little Endian, with the memory of one row of pixels. */
public final class SyntheticInstance {

    private static final int BUFFER = 64 * ByteSize.KIB;
    private static final Uid IMPLEMENTATION = Uid.of("2.25.319818480872340347801048424705520009506");
    private static final String IMPLEMENTATION_NAME = "DICOMGW_SYNTH";

    private final Place place;
    private final Modality modality;
    private final Matrix matrix;
    private final int frames;
    private final Identity identity;
    private final Template template;

    SyntheticInstance(Place place, Modality modality, Matrix matrix, StudySpec spec) {
        this.place = place;
        this.modality = modality;
        this.matrix = matrix;
        this.frames = spec.frames();
        this.identity = new Identity(spec.seed());
        this.template = spec.template();
    }

    Place place() {
        return place;
    }

    /** Its modality. */
    public Modality modality() {
        return modality;
    }

    /** Rows and columns. */
    public Matrix matrix() {
        return matrix;
    }

    /** How many frames it has. */
    public int frames() {
        return frames;
    }

    /** SOP Class UID (0008,0016). */
    public Uid sopClass() {
        return Uid.of(modality.iod().sopClass(frames > 1));
    }

    /** SOP Instance UID (0008,0018). It differs for two images that differ in anything that a spec contains. */
    public Uid sopInstance() {
        return identity.uid(
                "instance",
                place.patient(),
                place.study(),
                place.series(),
                place.instance(),
                modality,
                matrix,
                frames,
                template.fingerprint());
    }

    /** Study Instance UID (0020,000D). */
    public Uid studyInstance() {
        return identity.uid("study", place.patient(), place.study());
    }

    /** Series Instance UID (0020,000E). */
    public Uid seriesInstance() {
        return identity.uid("series", place.patient(), place.study(), place.series(), modality);
    }

    /** Patient ID (0010,0020), unless a template says otherwise. */
    public String patientId() {
        return numbered("SYN%04d", place.patient());
    }

    Uid frameOfReference() {
        return identity.uid("frame of reference", place.patient(), place.study(), modality);
    }

    /** Bytes of the pixel data, without padding. */
    public long pixelBytes() {
        return matrix.pixels() * modality.iod().format.bytesPerPixel() * frames;
    }

    /** Its relative path in an output folder: {@code SYN0001/study-01/series-01-CT/0001.dcm}. */
    public Path path() {
        return Path.of(
                patientId(),
                numbered("study-%02d", place.study()),
                numbered("series-%02d-", place.series()) + modality,
                numbered("%04d.dcm", place.instance()));
    }

    /**
     * Writes the part-10 file to its {@link #path()} under {@code folder}, and replaces an existing file. The file
     * gets its name only when it is complete. When writing fails, nothing is left. The file is not synced.
     *
     * @return the path of the file
     */
    public Path writeTo(Path folder) throws IOException {
        return writeTo(folder, WriteListener.NONE);
    }

    Path writeTo(Path folder, WriteListener listener) throws IOException {
        Path file = folder.resolve(path());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.createDirectories(file.toAbsolutePath().getParent());
        try {
            try (OutputStream out = listener.listenTo(Files.newOutputStream(part))) {
                writeTo(out);
            }
            return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Writes the part-10 file to {@code out}, flushes it and leaves it open. */
    public void writeTo(OutputStream out) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        writeHeader(buffered);
        writePixels(buffered);
        buffered.flush();
    }

    /** Writes everything before the first pixel. */
    void writeHeader(OutputStream out) throws IOException {
        // Not closed: that would close the caller's stream. Without deflation there is nothing to finish.
        @SuppressWarnings("resource")
        ImageOutputStream dicom = new ImageOutputStream(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.toString());
        dicom.writeDataset(fileMetaInformation(), dataset());
        VR vr = modality.iod().format.bitsAllocated() > Byte.SIZE ? VR.OW : VR.OB;
        dicom.writeHeader(Tag.PixelData, vr, (int) (pixelBytes() + pixelBytes() % 2));
        dicom.flush();
    }

    private void writePixels(OutputStream out) throws IOException {
        Iod iod = modality.iod();
        PixelFormat format = iod.format;
        int variation = identity.number(100, "variation", place.patient(), place.study());
        int[] inks = new int[matrix.columns()];
        byte[] bytes = new byte[matrix.columns() * format.bytesPerPixel()];
        for (int frame = 1; frame <= frames; frame++) {
            String caption = frames > 1 ? place.instance() + "-" + frame : String.valueOf(place.instance());
            Picture picture =
                    iod.picture(place.instance() + frame - 2, variation).caption(caption, format.white());
            for (int row = 0; row < matrix.rows(); row++) {
                picture.paint(row, matrix, inks);
                format.encode(inks, bytes);
                out.write(bytes);
            }
        }
        if (pixelBytes() % 2 == 1) {
            out.write(0);
        }
    }

    private Attributes dataset() {
        Elements elements = new Elements(new Attributes());
        CommonModules.describe(elements, this, identity);
        modality.iod().describe(elements, this);
        template.applyTo(elements.attributes());
        return elements.attributes();
    }

    /** PS3.10 7.1. */
    private Attributes fileMetaInformation() {
        Attributes meta = new Attributes();
        meta.setBytes(Tag.FileMetaInformationVersion, VR.OB, new byte[] {0, 1});
        meta.setString(Tag.MediaStorageSOPClassUID, VR.UI, sopClass().value());
        meta.setString(Tag.MediaStorageSOPInstanceUID, VR.UI, sopInstance().value());
        meta.setString(Tag.TransferSyntaxUID, VR.UI, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.toString());
        meta.setString(Tag.ImplementationClassUID, VR.UI, IMPLEMENTATION.value());
        meta.setString(Tag.ImplementationVersionName, VR.SH, IMPLEMENTATION_NAME);
        return meta;
    }

    private static String numbered(String format, int number) {
        return String.format(Locale.ROOT, format, number);
    }

    /** Shows its path and size. */
    @Override
    public String toString() {
        return path() + " (" + matrix + (frames > 1 ? ", " + frames + " frames)" : ")");
    }
}
