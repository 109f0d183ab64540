package org.dicomgateway.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolSearch.Event;
import org.dicomgateway.spool.SpoolSearch.EventKind;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.Story;
import org.dicomgateway.spool.SpoolSearch.StudyAt;

/**
 * What {@link FakeSpoolView} finds: an instance with a parked delivery and one that waits for any of two destinations.
 */
public final class Found {

    static final long INSTANCE = 7;
    private static final Instant NOW = FakeControls.NOW;

    private Found() {}

    public static FoundInstance instance() {
        Instance instance = new Instance(
                INSTANCE,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3.4"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                "1.2.3",
                "1.2.3.1",
                "PAT-1",
                "ACC-1",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                NOW,
                512);
        return new FoundInstance(
                instance,
                7,
                true,
                List.of(
                        delivery(0, Optional.of("a"), List.of(), DeliveryState.PARKED, OptionalInt.of(0xA900), "no"),
                        delivery(
                                1,
                                Optional.empty(),
                                List.of("a", "b"),
                                DeliveryState.PENDING,
                                OptionalInt.empty(),
                                "")));
    }

    private static FoundDelivery delivery(
            int place,
            Optional<String> destination,
            List<String> candidates,
            DeliveryState state,
            OptionalInt status,
            String reason) {
        return new FoundDelivery(
                INSTANCE * 1024 + place,
                INSTANCE,
                "1.2.3.4",
                "1.2.3",
                "ACC-1",
                "CT",
                "all",
                1,
                destination,
                candidates,
                state,
                2,
                NOW,
                status,
                reason,
                NOW.plusSeconds(5),
                place == 0
                        ? Optional.of(
                                new FoundCheck(CopyState.MISSING, NOW.plusSeconds(9), "listed", "it is not there"))
                        : Optional.empty(),
                place == 0
                        ? Optional.of(new Commitment(NOW.plusSeconds(8), Optional.of(FailureReason.PROCESSING_FAILURE)))
                        : Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A study that every server has. */
    public static FoundStudy delivered(String study) {
        return new FoundStudy(
                study,
                "ACC-1",
                "PAT-1",
                List.of("CT"),
                1,
                512,
                0,
                NOW,
                NOW,
                List.of("CT1"),
                List.of(new StudyAt("a", 1, 0, 0, 0, 0, 0, "", 0, 0, 0, 0, 0)));
    }

    static FoundStudy study() {
        return new FoundStudy(
                "1.2.3",
                "ACC-1",
                "PAT-1",
                List.of("CT"),
                2,
                1024,
                0,
                NOW,
                NOW.plusSeconds(9),
                List.of("CT1"),
                List.of(new StudyAt("a", 1, 1, 0, 0, 0, 0, "", 0, 0, 0, 1, 0)));
    }

    static Story story() {
        return new Story(
                instance(),
                List.of(
                        new Event(NOW, NOW, 1, EventKind.RECEIVED, 0, "", "", OptionalInt.empty(), ""),
                        new Event(
                                NOW.plusSeconds(1),
                                NOW.plusSeconds(4),
                                3,
                                EventKind.ATTEMPT,
                                INSTANCE * 1024,
                                "all",
                                "a",
                                OptionalInt.of(0xA700),
                                "out of resources")));
    }
}
