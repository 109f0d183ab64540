package org.dicomgateway.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.dicomgateway.commit.ArchiveCommitments;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Vitals;

/** What can be wrong beside studies: the same conditions as those of the alerts in {@code deploy/prometheus}. */
final class Conditions implements Supplier<List<Condition>> {

    /**
     * A destination is up when it has taken something since the gateway started, or has been so for this long: after a
     * start each destination counts as up until it is tried.
     */
    private static final Duration PROVEN = Duration.ofMinutes(1);

    private final SpoolView spool;
    private final Supplier<List<LaneView>> lanes;
    private final Supplier<List<ArchiveCommitments.Status>> commitments;
    private final Supplier<Instant> clock;

    Conditions(
            SpoolView spool,
            Supplier<List<LaneView>> lanes,
            Supplier<List<ArchiveCommitments.Status>> commitments,
            Supplier<Instant> clock) {
        this.spool = spool;
        this.lanes = lanes;
        this.commitments = commitments;
        this.clock = clock;
    }

    @Override
    public List<Condition> get() {
        Instant now = clock.get();
        List<Condition> all = new ArrayList<>();
        lanes.get().forEach(lane -> destination(lane, now, all));
        spool.books().forEach((name, books) -> all.add(counted(EventKind.PARKED, name, "parked", books.parked(), now)));
        spool.copyCounts().forEach((name, counts) -> {
            long missing = counts.getOrDefault(CopyState.MISSING, 0L);
            long differing = counts.getOrDefault(CopyState.DIFFERING, 0L);
            Map<String, Object> data = at(name);
            data.put("missing", missing);
            data.put("differing", differing);
            all.add(new Condition(EventKind.COPY_MISSING, "destination/" + name, missing + differing, now, data));
        });
        commitments
                .get()
                .forEach(each -> all.add(
                        counted(EventKind.COMMITMENT_FAILED, each.destination(), "failed", each.failed(), now)));
        disk(now, all);
        return all;
    }

    /** A paused destination, or one outside its hours, is neither up nor down. */
    private static void destination(LaneView lane, Instant now, List<Condition> all) {
        Map<String, Object> data = at(lane.destination());
        data.put("since", lane.since().toString());
        if (lane.state() == DestinationState.DOWN) {
            all.add(new Condition(
                    EventKind.DESTINATION_DOWN, "destination/" + lane.destination(), 1, lane.since(), data));
        } else if (lane.usable()
                && (lane.lastDelivered().isPresent()
                        || (lane.consecutiveFailures() == 0
                                && Duration.between(lane.since(), now).compareTo(PROVEN) >= 0))) {
            all.add(new Condition(
                    EventKind.DESTINATION_DOWN, "destination/" + lane.destination(), 0, lane.since(), data));
        }
    }

    private void disk(Instant now, List<Condition> all) {
        Vitals vitals = spool.vitals();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("freeBytes", vitals.diskFree());
        data.put("minFreeBytes", vitals.minFree());
        boolean closed = vitals.diskFree() < vitals.minFree();
        data.put("receiving", !closed);
        long level = closed ? 2 : vitals.diskFree() < 2 * vitals.minFree() ? 1 : 0;
        all.add(new Condition(EventKind.DISK_LOW, "disk", level, now, data));
    }

    private static Condition counted(EventKind kind, String destination, String what, long count, Instant now) {
        Map<String, Object> data = at(destination);
        data.put(what, count);
        return new Condition(kind, "destination/" + destination, count, now, data);
    }

    private static Map<String, Object> at(String destination) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("destination", destination);
        return data;
    }
}
