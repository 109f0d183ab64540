package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.TestFiles;

/**
 * Files of one size, a folder for each sender, whose UIDs are new whenever they are {@link #renew renewed}: a server
 * that has an instance already would answer sooner.
 */
public final class BenchFiles {

    static final PresentationPair CT = new PresentationPair(TestFiles.CT, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

    private static final AtomicLong LAST = new AtomicLong(System.currentTimeMillis() % 1_000_000_000L);
    private static final int INSTANCES_PER_STUDY = 100;
    private static final Random PIXELS = new Random(4);

    private final List<List<Path>> files;
    private long mark;

    private BenchFiles(List<List<Path>> files, long mark) {
        this.files = files;
        this.mark = mark;
    }

    /** {@code perSender} files of {@code size} bytes for each of so many senders. */
    public static BenchFiles write(Path directory, int senders, int perSender, int size) {
        long mark = LAST.incrementAndGet();
        byte[] pixels = new byte[Math.max(128, (size - 700) / 2 * 2)];
        PIXELS.nextBytes(pixels);
        List<List<Path>> files = IntStream.range(0, senders)
                .mapToObj(sender -> write(directory.resolve("sender-" + sender), sender, perSender, pixels, mark))
                .toList();
        return new BenchFiles(files, mark);
    }

    private static List<Path> write(Path directory, int sender, int count, byte[] pixels, long mark) {
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            for (int i = 0; i < count; i++) {
                Path file = directory.resolve(i + ".dcm");
                Uid study = uid(mark, sender, i / INSTANCES_PER_STUDY, 0);
                Uid sop = uid(mark, sender, i / INSTANCES_PER_STUDY, i + 1);
                Files.write(
                        file,
                        SmallInstance.elements(study, sop, pixels).toPart10(CT.sopClass(), sop, CT.transferSyntax()));
                files.add(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static Uid uid(long mark, int sender, int study, int number) {
        return Uid.of("%s.%d.%d.%d".formatted(root(mark), sender, study, number));
    }

    private static String root(long mark) {
        return "1.2.826.0.1.3680043.8.%010d".formatted(2_000_000_000L + mark);
    }

    /** New UIDs in all of them, in place. */
    public void renew() {
        long next = LAST.incrementAndGet();
        byte[] before = root(mark).getBytes(StandardCharsets.US_ASCII);
        byte[] after = root(next).getBytes(StandardCharsets.US_ASCII);
        byte[] head = new byte[1200];
        for (Path file : all()) {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                int length = open.read(head);
                String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
                String old = new String(before, StandardCharsets.ISO_8859_1);
                for (int at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + 1)) {
                    open.seek(at);
                    open.write(after);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        mark = next;
    }

    /** The file of each sender. */
    List<List<Path>> bySender() {
        return files;
    }

    public List<Path> all() {
        return files.stream().flatMap(List::stream).toList();
    }

    /** The first few, for one sender. */
    public BenchFiles first(int few) {
        return new BenchFiles(List.of(all().subList(0, few)), mark);
    }

    public int count() {
        return files.stream().mapToInt(List::size).sum();
    }
}
