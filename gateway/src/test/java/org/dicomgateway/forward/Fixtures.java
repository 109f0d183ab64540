package org.dicomgateway.forward;

import java.net.URI;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.transcode.Transcoder;

/** Settings and instances for the tests of this package. */
final class Fixtures {

    /** For destinations that take everything as it is. */
    static final Transcoder TRANSCODER =
            new Transcoder(Path.of(System.getProperty("java.io.tmpdir")).resolve("no-transcoding"), 0, 1);

    static final String CT = "1.2.840.10008.5.1.4.1.1.2";

    private Fixtures() {}

    static DestinationSettings destination(String name) {
        return destination(name, 2, 10);
    }

    static DestinationSettings destination(String name, int maxAssociations, int maxBatch) {
        return destination(name, maxAssociations, maxBatch, Optional.of(AeTitle.of("GATEWAY")));
    }

    static DestinationSettings destination(
            String name, int maxAssociations, int maxBatch, Optional<AeTitle> callingAe) {
        Duration timeout = Duration.ofSeconds(5);
        return Destinations.of(
                name,
                new Peer(AeTitle.of("SERVER"), "localhost", 104),
                callingAe,
                maxAssociations,
                1,
                new RequestorSettings(timeout, timeout, timeout, timeout, timeout, 16384),
                Duration.ofSeconds(1),
                maxBatch,
                new RetrySettings(Duration.ofSeconds(10), Duration.ofMinutes(10), 4),
                new BreakerSettings(3, Duration.ofSeconds(8), Duration.ofMinutes(1)),
                Duration.ofMinutes(5));
    }

    static DestinationSettings withSchedule(DestinationSettings it, Schedule schedule) {
        return with(it, schedule, it.maxRate(), it.rest());
    }

    static DestinationSettings withMaxRate(DestinationSettings it, RateLimit limit) {
        return with(it, it.schedule(), limit, it.rest());
    }

    static DestinationSettings withRest(DestinationSettings it, Duration interval) {
        RestSettings rest = new RestSettings(URI.create("http://localhost:8042"), Optional.empty(), interval);
        return with(it, it.schedule(), it.maxRate(), Optional.of(rest));
    }

    /** With one association, which is offered this window. */
    static DestinationSettings withWindow(String name, int window) {
        DestinationSettings it = destination(name, 1, 100);
        return Destinations.of(
                name,
                it.peer().orElseThrow(),
                it.callingAe(),
                it.maxAssociations(),
                it.weight(),
                it.requestor().withWindow(window),
                it.linger(),
                it.maxBatch(),
                it.retry(),
                it.breaker(),
                it.probeInterval());
    }

    private static DestinationSettings with(
            DestinationSettings it, Schedule schedule, RateLimit limit, Optional<RestSettings> rest) {
        return new DestinationSettings(
                it.name(),
                it.peer(),
                it.callingAe(),
                it.maxAssociations(),
                it.weight(),
                it.requestor(),
                it.linger(),
                it.maxBatch(),
                it.retry(),
                it.breaker(),
                it.probeInterval(),
                schedule,
                limit,
                rest,
                it.dicomWeb(),
                it.verify(),
                it.commitment(),
                List.of(),
                TranscodeSettings.NEVER);
    }

    /** Opens daily at this hour, UTC, for one hour. */
    static Schedule dailyAt(int hour) {
        LocalTime from = LocalTime.of(hour, 0);
        return new Schedule(
                ZoneOffset.UTC, List.of(new Schedule.Window(EnumSet.allOf(DayOfWeek.class), from, from.plusHours(1))));
    }

    static Instance instance(long id) {
        return instance(id, CT, "MODALITY");
    }

    static Instance instance(long id, String sopClass, String calling) {
        return instance(id, sopClass, calling, "1.2.3", 512);
    }

    /** Of another study than those of the others. */
    static Instance ofStudy(String study, long id) {
        return instance(id, CT, "MODALITY", study, 512);
    }

    static Instance ofSize(long bytes, long id) {
        return instance(id, CT, "MODALITY", "1.2.3", bytes);
    }

    private static Instance instance(long id, String sopClass, String calling, String study, long bytes) {
        return new Instance(
                id,
                Uid.of(sopClass),
                Uid.of("1.2.3." + id),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                study,
                "1.2.3.4",
                "",
                "",
                "CT",
                new Origin(AeTitle.of(calling), AeTitle.of("GATEWAY"), "127.0.0.1"),
                HandClock.START,
                bytes);
    }

    static Instance[] instances(int count) {
        Instance[] all = new Instance[count];
        for (int i = 0; i < count; i++) {
            all[i] = instance(i + 1);
        }
        return all;
    }
}
