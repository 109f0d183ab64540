package org.dicomgateway.route;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Instance;

/**
 * Chooses one of the candidates of a delivery, by the strategy of its route and the current rules and destinations.
 * This class collects the input of a {@link Ranking}: which destinations are usable, the pending bytes of each, and
 * the turn of the route.
 *
 * <p>With affinity, a delivery prefers the destination that the last delivery with the same key went to, while that
 * is usable. A destination can be usable but not answer at the moment. The rotating and load-based rankings then skip
 * it, if another destination of the route answers. Failover order and hash do not change for a pause of a few
 * seconds. The turns of a route are counted in memory from 0. So a restart begins a new round, and each of several
 * gateways counts its own turns. A delivery of a route that no longer exists goes to the first usable candidate in
 * the planned order.
 *
 * <p>Does no I/O and never blocks. For any number of threads.
 */
public final class Dispatch implements Chooser {

    private final Supplier<RoutingTable> rules;
    private final Supplier<Map<String, DestinationStatus>> prospects;
    private final Loads loads;
    private final Map<String, Long> turns = new ConcurrentHashMap<>();

    /**
     * Uses these sources for every choice. They must answer from memory.
     *
     * @param rules the rules in force
     * @param prospects the destinations by name; a destination that is missing is not usable
     * @param pendingBytes the bytes of pending and running deliveries of a destination
     */
    public Dispatch(
            Supplier<RoutingTable> rules,
            Supplier<Map<String, DestinationStatus>> prospects,
            ToLongFunction<String> pendingBytes) {
        this.rules = rules;
        this.prospects = prospects;
        this.loads = new Loads(pendingBytes);
    }

    @Override
    public String affinityKey(String route, Instance instance) {
        Affinity affinity = rules.get()
                .route(route)
                .map(settings -> settings.strategy().affinity())
                .orElse(Affinity.NONE);
        return affinityKey(
                affinity,
                instance.sopInstance(),
                instance.seriesInstanceUid(),
                instance.studyInstanceUid(),
                instance.patientId());
    }

    /**
     * An instance without a value for the key has its own key. It does not share one with all other instances without
     * a value.
     */
    static String affinityKey(Affinity affinity, Uid sopInstance, String series, String study, String patient) {
        String key = switch (affinity) {
            case NONE -> "";
            case SERIES -> series;
            case STUDY -> study;
            case PATIENT -> patient;
        };
        return key.isEmpty() && affinity != Affinity.NONE ? sopInstance.value() : key;
    }

    @Override
    public Optional<String> choose(Choice choice) {
        Map<String, DestinationStatus> now = prospects.get();
        List<DestinationStatus> usable = choice.candidates().stream()
                .flatMap(name -> Optional.ofNullable(now.get(name)).stream())
                .filter(DestinationStatus::usable)
                .toList();
        Set<String> free = new HashSet<>();
        usable.forEach(destinationStatus -> free.add(destinationStatus.destination()));
        free.removeAll(choice.taken());
        Optional<String> chosen = choice.last()
                .filter(last -> !choice.affinityKey().isEmpty() && free.contains(last))
                .or(() -> ranked(choice, usable, now).stream()
                        .map(Candidate::destination)
                        .filter(free::contains)
                        .findFirst());
        chosen.ifPresent(destination -> loads.add(destination, choice.instance().datasetLength()));
        return chosen;
    }

    /**
     * All usable candidates, best first. Includes those that already have another copy: without them, the turns of
     * the others would shift and the shares would become uneven.
     */
    private List<Candidate> ranked(Choice choice, List<DestinationStatus> usable, Map<String, DestinationStatus> now) {
        RoutingTable table = rules.get();
        Optional<RouteSettings> route = table.route(choice.route());
        Ranking ranking = route.map(RouteSettings::strategy).map(Ranking::of).orElse(Ranking.AS_GIVEN);
        List<String> equals =
                route.filter(any -> ranking.takesTurns()).map(RouteSettings::to).orElse(List.of());
        List<Candidate> candidates = usable.stream()
                .filter(destinationStatus -> destinationStatus.answers() || !oneAnswers(equals, choice.taken(), now))
                .map(destinationStatus -> new Candidate(
                        destinationStatus.destination(),
                        table.weight(destinationStatus.destination()),
                        loads.bytes(destinationStatus.destination()) / destinationStatus.bytesPerSecond()))
                .toList();
        return ranking.rank(
                candidates, hashKey(choice.affinityKey(), choice.instance().sopInstance()), turn(choice, ranking));
    }

    /** Whether one of these destinations answers and does not have a copy yet. */
    private static boolean oneAnswers(List<String> names, Set<String> taken, Map<String, DestinationStatus> now) {
        return names.stream()
                .filter(name -> !taken.contains(name))
                .flatMap(name -> Optional.ofNullable(now.get(name)).stream())
                .anyMatch(destinationStatus -> destinationStatus.usable() && destinationStatus.answers());
    }

    /** The text to hash: the affinity key, or the SOP Instance UID when there is no key. */
    static String hashKey(String affinityKey, Uid sopInstance) {
        return affinityKey.isEmpty() ? sopInstance.value() : affinityKey;
    }

    private long turn(Choice choice, Ranking ranking) {
        return ranking.takesTurns() ? turns.merge(choice.route(), 0L, (last, zero) -> last + 1) : 0;
    }
}
