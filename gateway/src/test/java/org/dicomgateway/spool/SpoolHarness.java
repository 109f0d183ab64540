package org.dicomgateway.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerSource;
import org.dicomgateway.spool.ledger.MemoryLedgers;

/** A spool in a test's directory: small segments, a clock that the test sets, and instances to put in. */
final class SpoolHarness {

    /** Drawn once: thousands of stories need it. */
    private static final byte[] NOISE = new byte[1_000_003];

    static {
        new Random(1).nextBytes(NOISE);
    }

    static final String PACS = "pacs";
    static final String ARCHIVE = "archive";
    static final Uid SOP_CLASS = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    static final Origin ORIGIN = new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7");
    static final Duration STRAGGLER_AGE = Duration.ofMinutes(10);
    static final Duration HISTORY = Duration.ofDays(30);
    static final long MIN_FREE = 1 << 20;
    static final int LARGE = 32 << 10;

    final Path directory;
    final Candidates candidates = new Candidates();
    final MemoryLedgers ledgers = new MemoryLedgers();
    final SpoolSettings settings;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T08:00:00Z"));

    SpoolHarness(Path directory) {
        this(directory, 1 << 20);
    }

    SpoolHarness(Path directory, long receiveMemory) {
        this(directory, receiveMemory, 0);
    }

    /** @param reserve bytes of spare segments */
    SpoolHarness(Path directory, long receiveMemory, long reserve) {
        this(directory, receiveMemory, reserve, SpoolSettings.Keep.NOTHING);
    }

    /** Keeps bytes after the last delivery. */
    SpoolHarness(Path directory, SpoolSettings.Keep keep) {
        this(directory, 1 << 20, 0, keep);
    }

    private SpoolHarness(Path directory, long receiveMemory, long reserve, SpoolSettings.Keep keep) {
        this.directory = directory;
        this.settings = new SpoolSettings(
                directory,
                DataSize.ofKibibytes(128),
                new DataSize(reserve),
                new DataSize(LARGE),
                new DataSize(receiveMemory),
                new DataSize(MIN_FREE),
                HISTORY,
                STRAGGLER_AGE,
                keep);
    }

    InstantSource clock() {
        return now::get;
    }

    /** Time passes. */
    void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
        setClock(duration);
    }

    /** No time passes, and the machine's clock is set. */
    void setClock(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }

    /** Opens a spool whose monotonic clock is that of the machine. */
    static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            Disk disk,
            LedgerSource ledgers)
            throws IOException {
        return Spool.open(
                settings, planner, chooser, clock, System::nanoTime, disk, ledgers, new ForwardLog(), StageTimes.NONE);
    }

    Spool open() throws IOException {
        return open(FaultyDisk.healthy());
    }

    Spool open(Disk disk) throws IOException {
        return open(disk, ledgers);
    }

    Spool open(Disk disk, LedgerSource ledger) throws IOException {
        return Spool.open(
                settings,
                SpoolHarness::plan,
                candidates,
                clock(),
                nanos::get,
                disk,
                ledger,
                new ForwardLog(),
                StageTimes.NONE);
    }

    /** CT goes to the PACS, MG to PACS and archive, anything else nowhere. */
    static Plan plan(InstanceHeader header, Origin origin) {
        List<String> destinations = switch (header.modality()) {
            case "CT" -> List.of(PACS);
            case "MG" -> List.of(PACS, ARCHIVE);
            default -> List.of();
        };
        return new Plan(
                7,
                destinations.stream()
                        .map(destination -> new Plan.PlannedDelivery("all", 1, List.of(destination), 0, false))
                        .toList());
    }

    /** Waits until the ledger has everything that was submitted so far. */
    static void settleDown(Spool spool) {
        spool.retry(new SpoolView.Selection("nobody", "", 0));
    }

    /** What the keeper does by itself all the time. */
    static void keepHouse(Spool spool) throws LedgerException {
        spool.spoolMaintenance().lookAround();
        spool.spoolMaintenance().tidy();
    }

    static Intake.Arrival arrival(String sopInstance) {
        return new Intake.Arrival(
                SOP_CLASS, Uid.of(sopInstance), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, ORIGIN, Optional.empty());
    }

    static Intake.Accepted accept(Spool spool, String sopInstance, String modality, int size)
            throws RefusedException, IOException {
        return spool.accept(arrival(sopInstance), new ByteArrayInputStream(dataset(sopInstance, modality, size)));
    }

    /** A dataset of about this size; the same for the same arguments. */
    static byte[] dataset(String sopInstance, String modality, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(size + 512);
        element(out, 0x0008, 0x0016, "UI", SOP_CLASS.value());
        element(out, 0x0008, 0x0018, "UI", sopInstance);
        element(out, 0x0008, 0x0060, "CS", modality);
        element(out, 0x0010, 0x0020, "LO", "P1");
        element(out, 0x0020, 0x000d, "UI", "1.2.3");
        element(out, 0x0020, 0x000e, "UI", "1.2.3.4");
        byte[] pixels = new byte[size & ~1];
        int from = Math.floorMod(sopInstance.hashCode(), NOISE.length);
        for (int at = 0; at < pixels.length; from = 0) {
            int length = Math.min(pixels.length - at, NOISE.length - from);
            System.arraycopy(NOISE, from, pixels, at, length);
            at += length;
        }
        tag(out, 0x7fe0, 0x0010);
        out.writeBytes("OW\0\0".getBytes(US_ASCII));
        number(out, pixels.length, 4);
        out.writeBytes(pixels);
        return out.toByteArray();
    }

    private static void element(ByteArrayOutputStream out, int group, int element, String vr, String value) {
        boolean odd = value.length() % 2 != 0;
        byte[] bytes = (odd ? value + (vr.equals("UI") ? "\0" : " ") : value).getBytes(US_ASCII);
        tag(out, group, element);
        out.writeBytes(vr.getBytes(US_ASCII));
        number(out, bytes.length, 2);
        out.writeBytes(bytes);
    }

    private static void tag(ByteArrayOutputStream out, int group, int element) {
        number(out, group, 2);
        number(out, element, 2);
    }

    private static void number(ByteArrayOutputStream out, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write(value >>> (8 * i));
        }
    }

    static byte[] read(Spool spool, Claim claim) throws IOException {
        try (InputStream dataset = spool.open(claim)) {
            return dataset.readAllBytes();
        }
    }

    /** Claims and delivers everything that is due for a destination. Returns it, by order of delivery. */
    static List<Claim> deliverAll(Spool spool, String destination) {
        List<Claim> delivered = new ArrayList<>();
        settleDown(spool);
        for (List<Claim> claims = spool.claim(destination, 100);
                !claims.isEmpty();
                claims = spool.claim(destination, 100)) {
            claims.forEach(claim -> spool.settle(claim, new Settlement.Delivered(0)));
            delivered.addAll(claims);
            settleDown(spool);
        }
        return delivered;
    }
}
