package org.dicomgateway.admin;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.Telemetry;

/** Every event and measurement that the stages report. */
final class Happenings {

    private Happenings() {}

    /** Reports each of them at least once, so that every metric has a value. */
    static void letEverythingHappen(Telemetry telemetry) {
        ForwardLog log = telemetry.forwardLog();
        ForwardLog.Subject subject = new ForwardLog.Subject(
                Uid.of("1.2.3.4"),
                "1.2.3",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                512,
                Optional.of(Instant.now().minusSeconds(3)),
                "ACC-1",
                "CT");
        log.received(subject, 30, 7, 1);
        log.received(subject, 40, 7, 0);
        log.refused(subject, 0xA700, "no room");
        log.refused(subject, -1, "broken off");
        log.outcome(ForwardLog.Event.RETRY, subject, "all", "a", 1, 5, 0xA700, "out of resources");
        log.outcome(
                ForwardLog.Event.DELIVERED,
                subject,
                Optional.empty(),
                Optional.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
                "all",
                "a",
                2,
                5,
                0,
                "");
        log.outcome(ForwardLog.Event.PARKED, subject, "all", "b", 1, 5, 0xC000, "no");
        log.discarded(subject, "all", "b", "sent twice");
        log.superseded(subject, "all", "b", 3, 4);
        telemetry.stageTimes().committed(3, 2_000_000);
        telemetry.stageTimes().applied(12, 9_000_000);
    }
}
