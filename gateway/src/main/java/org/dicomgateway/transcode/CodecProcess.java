package org.dicomgateway.transcode;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.config.transform.CodecTools;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.Outbox.NotNowException;

/**
 * Runs {@code gdcmconv} in a process of its own, with limits on its time, its memory and the files that it writes. No
 * shell, no text from the network, fixed names in a folder of its own, an empty environment. Anything that it says is
 * taken for a failure: it also ends with success when it has mended a damaged image.
 */
final class CodecProcess {

    /** Decompresses. */
    static final String TO_RAW = "--raw";

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long BYTES_PER_SECOND = 4L * ByteSize.MIB;
    private static final long MEMORY = 512L * ByteSize.MIB;
    private static final int MEMORY_PER_BYTE = 12;
    private static final int SAID = 300;

    private final Path folder;
    private final long pixels;
    private final Path tool;
    private final Duration limit;

    /**
     * @param pixels the bytes of the uncompressed pixels that it gets or makes
     * @param limit for the processor time and for the time on the clock
     */
    CodecProcess(Path folder, long pixels, Path tool, Duration limit) {
        this.folder = folder;
        this.pixels = pixels;
        this.tool = tool;
        this.limit = limit;
    }

    /**
     * @param folder where its files are
     * @param pixels the bytes of the uncompressed pixels that it gets or makes
     * @throws NotNowException when it is not installed
     */
    static CodecProcess over(Path folder, long pixels) throws NotNowException {
        return new CodecProcess(folder, pixels, tool(CodecTools.CODEC), LIMIT.plusSeconds(pixels / BYTES_PER_SECOND));
    }

    /**
     * Converts a file.
     *
     * @throws UntransformableException when it fails, or says anything
     * @throws NotNowException when it cannot be run now
     */
    void run(String option, String from, String to) throws IOException {
        requireSpace();
        List<String> command = List.of(
                tool(CodecTools.LIMITER).toString(),
                "--as=" + (MEMORY + MEMORY_PER_BYTE * pixels),
                "--cpu=" + limit.toSeconds(),
                "--fsize=" + longestFile(),
                "--nofile=64",
                "--core=0",
                "--",
                tool.toString(),
                option,
                from,
                to);
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new NotNowException("it cannot be transcoded now: " + e.getMessage());
        }
        int exit = await(process, limit.toSeconds());
        String words = words(said);
        if (exit != 0 || !words.isEmpty() || !Files.isRegularFile(folder.resolve(to))) {
            // It does not say so when the disk was full, and may have been killed for it.
            requireSpace();
            throw new UntransformableException(
                    tool.getFileName() + " " + option + " ended with " + exit + (words.isEmpty() ? "" : ": " + words));
        }
    }

    private long longestFile() {
        return 2 * pixels + ByteSize.MIB;
    }

    private void requireSpace() throws NotNowException {
        long free;
        try {
            free = Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new NotNowException("it cannot be transcoded now: " + e.getMessage());
        }
        if (free < longestFile()) {
            throw new NotNowException("it cannot be transcoded now: the disk of the spool is too full");
        }
    }

    private static Path tool(String name) throws NotNowException {
        return CodecTools.find(name)
                .orElseThrow(() -> new NotNowException(
                        "it cannot be transcoded now: " + name + " is not installed; " + CodecTools.REMEDY));
    }

    private static int await(Process process, long seconds) throws IOException {
        try {
            if (process.waitFor(seconds, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new UntransformableException("its pixels could not be transcoded within " + seconds + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotNowException("it was not transcoded: the lane was stopped");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String words(Path said) throws IOException {
        try (InputStream in = Files.newInputStream(said)) {
            return Text.printable(new String(in.readNBytes(SAID), StandardCharsets.US_ASCII), SAID)
                    .strip();
        }
    }
}
