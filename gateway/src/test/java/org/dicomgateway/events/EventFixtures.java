package org.dicomgateway.events;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.Attribute;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.events.ReceiverSettings.Webhook;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake.Arrival;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;

/** A real spool in which all goes to one destination, receivers, and a clock that the test sets. */
final class EventFixtures {

    static final String PACS = "pacs";
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    static final Duration QUIET = Duration.ofMinutes(2);

    final AtomicReference<Instant> now = new AtomicReference<>(START);
    final Path directory;

    EventFixtures(Path directory) {
        this.directory = directory;
    }

    void pass(Duration time) {
        now.updateAndGet(at -> at.plus(time));
    }

    Spool spool() throws IOException {
        return Spool.open(
                new SpoolSettings(
                        directory.resolve("spool"),
                        DataSize.ofKibibytes(128),
                        new DataSize(0),
                        DataSize.ofKibibytes(32),
                        DataSize.ofMebibytes(1),
                        DataSize.ofMebibytes(1),
                        Duration.ofDays(30),
                        Duration.ofMinutes(10),
                        SpoolSettings.Keep.NOTHING),
                (header, origin) -> new Plan(7, List.of(new Plan.PlannedDelivery("all", 1, List.of(PACS), 0, false))),
                NOTHING_TO_CHOOSE,
                now::get,
                System::nanoTime,
                new LocalDisk(),
                new SqliteLedgerSource(new Folders(directory.resolve("spool")).ledger()),
                new ForwardLog(),
                StageTimes.NONE);
    }

    private static final Chooser NOTHING_TO_CHOOSE = new Chooser() {
        @Override
        public Optional<String> choose(Choice choice) {
            throw new AssertionError("each delivery has one candidate");
        }

        @Override
        public String affinityKey(String route, Instance instance) {
            return "";
        }
    };

    EventStore store() throws IOException {
        return EventStore.open(directory.resolve("events.db"));
    }

    static ReceiverSettings receiver(EventKind... on) {
        return receiver("bot", CompleteWhen.DELIVERED, List.of(), 1000, on);
    }

    static ReceiverSettings receiver(
            String name, CompleteWhen when, List<Attribute> attributes, int maxWaiting, EventKind... on) {
        return new ReceiverSettings(
                name,
                Set.of(on),
                QUIET,
                when,
                Duration.ofHours(1),
                Duration.ofMinutes(1),
                attributes,
                maxWaiting,
                new Webhook(
                        URI.create("http://localhost:1/"), Path.of("secret"), Duration.ofSeconds(2), Optional.empty()));
    }

    /** The destination, when it is asked whether it has each instance. */
    static DestinationSettings verified() {
        Duration time = Duration.ofSeconds(5);
        return new DestinationSettings(
                PACS,
                Optional.of(new Peer(AeTitle.of("PACS"), "localhost", 104)),
                Optional.empty(),
                4,
                1,
                new RequestorSettings(time, time, time, time, time, 16 * 1024),
                Duration.ofSeconds(1),
                100,
                new RetrySettings(time, Duration.ofMinutes(10), 10),
                new BreakerSettings(3, time, Duration.ofMinutes(1)),
                time,
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.empty(),
                Optional.empty(),
                new VerifySettings(
                        VerifySettings.Level.PRESENCE,
                        Duration.ofHours(1),
                        Optional.of(Duration.ofDays(30)),
                        RateLimit.UNLIMITED),
                DestinationSettings.CommitmentRequests.NONE,
                List.of(),
                TranscodeSettings.NEVER);
    }

    /** An instance of the study arrives. */
    static Instance accept(Spool spool, String study, String sopInstance) throws RefusedException, IOException {
        Instance instance = spool.accept(
                        new Arrival(
                                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                                Uid.of(sopInstance),
                                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                                Optional.empty()),
                        new ByteArrayInputStream(dataset(study, sopInstance)))
                .instance();
        spool.catchUp();
        return instance;
    }

    /** All that is due arrives at the PACS. */
    static void deliver(Spool spool) {
        settle(spool, new Settlement.Delivered(0));
    }

    static void settle(Spool spool, Settlement settlement) {
        List<Claim> claims = spool.claim(PACS, 100);
        claims.forEach(claim -> spool.settle(claim, settlement));
        spool.catchUp();
    }

    private static byte[] dataset(String study, String sopInstance) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        element(out, 0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2");
        element(out, 0x0008, 0x0018, "UI", sopInstance);
        element(out, 0x0008, 0x0050, "SH", "A4711");
        element(out, 0x0008, 0x0060, "CS", "CT");
        element(out, 0x0010, 0x0020, "LO", "PAT-0815");
        element(out, 0x0020, 0x000d, "UI", study);
        element(out, 0x0020, 0x000e, "UI", study + ".1");
        return out.toByteArray();
    }

    private static void element(ByteArrayOutputStream out, int group, int element, String vr, String value) {
        String even = value.length() % 2 == 0 ? value : value + (vr.equals("UI") ? "\0" : " ");
        number(out, group);
        number(out, element);
        out.writeBytes(vr.getBytes(US_ASCII));
        number(out, even.length());
        out.writeBytes(even.getBytes(US_ASCII));
    }

    private static void number(ByteArrayOutputStream out, int value) {
        out.write(value);
        out.write(value >>> 8);
    }
}
