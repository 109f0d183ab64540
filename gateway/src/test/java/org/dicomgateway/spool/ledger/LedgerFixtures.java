package org.dicomgateway.spool.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;

/** Instances, plans and changes for tests of the ledger. */
public final class LedgerFixtures {

    /** When instance 0 would have been received; each one after it a second later. */
    public static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

    static final long LENGTH = 1_000;

    private LedgerFixtures() {}

    public static Instance instance(long id) {
        return instance(id, "1.2.3.4." + id, "1.2.3." + id / 10);
    }

    public static Instance instance(long id, String sopInstance, String study) {
        return new Instance(
                id,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of(sopInstance),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                study,
                study + ".1",
                "PÄT-" + id / 10,
                "",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                START.plusSeconds(id),
                LENGTH - 400);
    }

    public static StoredInstance inLog(Instance instance, long segment) {
        Location location = new Location.InLog(segment, instance.id() * 2_000);
        return new StoredInstance(
                instance, location, LENGTH, 400, (int) (instance.id() * 0x9E3779B1L), Optional.empty());
    }

    public static StoredInstance inFile(Instance instance) {
        return new StoredInstance(instance, new Location.InFile(), LENGTH, 400, -1, Optional.empty());
    }

    public static Change.Received received(StoredInstance stored, Plan plan) {
        LogPosition end = stored.location() instanceof Location.InLog log
                ? new LogPosition(log.segment(), log.offset() + 2_000)
                : LogPosition.START;
        return new Change.Received(stored, plan, end);
    }

    /** Instance {@code id}, in segment 1, to these destinations. */
    public static Change.Received received(long id, String... destinations) {
        return received(inLog(instance(id), 1), plan(destinations));
    }

    /** Books when every instance is one of these. */
    public static SpoolView.Books books(long received, long delivered, long pending, long parked, long held) {
        return new SpoolView.Books(received, delivered, pending, parked, held, 0, pending * (LENGTH - 400));
    }

    public static Plan plan(String... destinations) {
        return new Plan(
                7,
                Stream.of(destinations)
                        .map(destination -> new Plan.PlannedDelivery("all", 1, List.of(destination), 0, false))
                        .toList());
    }

    public static Change.Settled settled(long instance, int place, Settlement settlement) {
        return new Change.Settled(delivery(instance, place), settlement, START.plusSeconds(instance + 60));
    }

    public static Change.Settled delivered(long instance, int place) {
        return settled(instance, place, new Settlement.Delivered(0));
    }

    public static Change.Settled parked(long instance, int place) {
        return settled(instance, place, new Settlement.Parked(0xA900, "dataset does not match SOP class"));
    }

    public static Change.Settled retry(long instance, int place, Instant due) {
        return settled(instance, place, new Settlement.Retry(due, true, 0xA700, "out of resources"));
    }

    public static long delivery(long instance, int place) {
        return DeliveryId.of(instance, place);
    }
}
