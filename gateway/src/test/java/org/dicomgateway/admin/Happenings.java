package org.dicomgateway.admin;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;

/** What can happen to instances, told as the stages tell it. */
final class Happenings {

    private Happenings() {}

    /** Each of it at least once, so that every metric has something to say. */
    static void letEverythingHappen() {
        ForwardLog.Subject subject = new ForwardLog.Subject(
                Uid.of("1.2.3.4"),
                "1.2.3",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                512,
                Optional.of(Instant.now().minusSeconds(3)),
                "ACC-1",
                "CT");
        ForwardLog.received(subject, 30, 7, 1);
        ForwardLog.received(subject, 40, 7, 0);
        ForwardLog.refused(subject, 0xA700, "no room");
        ForwardLog.refused(subject, -1, "broken off");
        ForwardLog.outcome(ForwardLog.Event.RETRY, subject, "all", "a", 1, 5, 0xA700, "out of resources");
        ForwardLog.outcome(ForwardLog.Event.DELIVERED, subject, "all", "a", 2, 5, 0, "");
        ForwardLog.outcome(ForwardLog.Event.PARKED, subject, "all", "b", 1, 5, 0xC000, "no");
        ForwardLog.discarded(subject, "all", "b", "sent twice");
        ForwardLog.superseded(subject, "all", "b", 3, 4);
        StageTimes.committed(3, 2_000_000);
        StageTimes.applied(12, 9_000_000);
    }
}
