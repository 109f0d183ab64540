package org.dicomgateway.route;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.route.Explanation.Leg;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;

/**
 * Shows the destination of each copy in a plan, as far as it does not depend on the current state of the
 * destinations.
 */
final class RoutingPreview {

    private final RoutingTable table;
    private final InstanceHeader header;

    RoutingPreview(RoutingTable table, InstanceHeader header) {
        this.table = table;
        this.header = header;
    }

    List<Leg> legs(Plan plan) {
        return plan.deliveries().stream()
                .map(delivery -> held(leg(delivery), delivery))
                .toList();
    }

    /** Says of a delivery that it waits for its study. */
    private Leg held(Leg leg, PlannedDelivery delivery) {
        return table.route(delivery.route())
                .flatMap(RouteSettings::hold)
                .map(hold -> "waits until nothing of its study has arrived for " + DurationText.of(hold.quiet())
                        + ", at most " + DurationText.of(hold.atMost()))
                .map(waits -> leg(
                        delivery,
                        leg.destinations(),
                        leg.decided(),
                        leg.remark().isEmpty() ? waits : leg.remark() + "; " + waits))
                .orElse(leg);
    }

    private Leg leg(PlannedDelivery delivery) {
        Optional<Strategy> strategy = table.route(delivery.route()).map(RouteSettings::strategy);
        if (delivery.candidates().size() == 1 || strategy.isEmpty()) {
            return new Leg(delivery.route(), delivery.copy(), delivery.candidates(), true, "");
        }
        return strategy.get()
                .match(
                        broadcast -> leg(delivery, delivery.candidates(), true, ""),
                        failover -> leg(
                                delivery,
                                delivery.candidates(),
                                true,
                                together(failover.affinity()) + "the first that can be used"),
                        balance -> chosen(delivery, balance.algorithm(), balance.affinity()),
                        replicate -> chosen(delivery, replicate.algorithm(), replicate.affinity()));
    }

    private Leg chosen(PlannedDelivery delivery, Algorithm algorithm, Affinity affinity) {
        String by = switch (algorithm) {
            case HASH -> "by hash, the first that can be used";
            case ROUND_ROBIN -> "in turn, decided on arrival";
            case WEIGHTED -> "in turn by weight, decided on arrival";
            case LEAST_LOADED -> "the one that will finish first, decided on arrival";
        };
        boolean decided = algorithm == Algorithm.HASH;
        return leg(
                delivery,
                decided ? byHash(delivery, affinity) : delivery.candidates(),
                decided,
                together(affinity) + by);
    }

    private static Leg leg(PlannedDelivery delivery, List<String> destinations, boolean decided, String remark) {
        return new Leg(delivery.route(), delivery.copy(), destinations, decided, remark);
    }

    /** Best first. A further copy skips the destinations that have the earlier copies, when all are usable. */
    private List<String> byHash(PlannedDelivery delivery, Affinity affinity) {
        String key = Dispatch.hashKey(
                Dispatch.affinityKey(
                        affinity,
                        header.sopInstance(),
                        header.seriesInstanceUid(),
                        header.studyInstanceUid(),
                        header.patientId()),
                header.sopInstance());
        List<Candidate> candidates = delivery.candidates().stream()
                .map(name -> new Candidate(name, table.weight(name), 0))
                .toList();
        return Ranking.HASH.rank(candidates, key, 0).stream()
                .map(Candidate::destination)
                .skip(delivery.copy() - 1L)
                .toList();
    }

    private static String together(Affinity affinity) {
        return affinity == Affinity.NONE ? "" : "where its " + Strategy.word(affinity) + " went before, or else ";
    }
}
