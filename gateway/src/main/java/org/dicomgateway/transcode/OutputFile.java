package org.dicomgateway.transcode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.jspecify.annotations.Nullable;

/** What is made: in memory while it is small, otherwise in a file. For one thread. */
final class OutputFile extends OutputStream {

    private static final int IN_MEMORY = ByteSize.MIB;
    private static final long BETWEEN_LOOKS = 16L * ByteSize.MIB;

    private final Path file;
    private final long reserve;
    private final DatasetDigest.Calculation digest = new DatasetDigest.Calculation();
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable OutputStream onDisk;
    private long nextLook;

    /**
     * @param file is written when there is much
     * @param reserve how much space on the disk stays free
     */
    OutputFile(Path file, long reserve) {
        this.file = file;
        this.reserve = reserve;
    }

    long memory() {
        return memory.size();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        digest.add(bytes, offset, count);
        try {
            OutputStream out = onDisk;
            if (out == null && memory.size() + count > IN_MEMORY) {
                out = Files.newOutputStream(file);
                onDisk = out;
                memory.writeTo(out);
                memory.reset();
            }
            if (out == null) {
                memory.write(bytes, offset, count);
            } else {
                look();
                out.write(bytes, offset, count);
            }
        } catch (NotNowException e) {
            throw e;
        } catch (IOException e) {
            throw new NotNowException("it cannot be transcoded now: " + file + ": " + e.getMessage());
        }
    }

    private void look() throws IOException {
        if (digest.length() >= nextLook) {
            nextLook = digest.length() + BETWEEN_LOOKS;
            if (Files.getFileStore(file).getUsableSpace() < reserve + BETWEEN_LOOKS) {
                throw new NotNowException("it cannot be transcoded now: the disk of the spool is too full");
            }
        }
    }

    DatasetDigest.Calculation digest() {
        return digest;
    }

    /** What was written. */
    InputStream read() throws IOException {
        OutputStream out = onDisk;
        if (out == null) {
            return new ByteArrayInputStream(memory.toByteArray());
        }
        out.flush();
        return new FileInputStream(file.toFile());
    }

    /** Closes and deletes the file. */
    void delete() throws IOException {
        OutputStream out = onDisk;
        if (out != null) {
            out.close();
            Files.deleteIfExists(file);
        }
    }
}
