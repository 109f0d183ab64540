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
 * Chooses among the candidates of a delivery as its route says, from the rules and the destinations as they are at this
 * moment. What {@link Ranking} ranks is here looked up: who can be used, how much waits for each, whose turn it is.
 *
 * <p>Where deliveries of the same key went last is preferred as long as it can be used. One that can be used but does not
 * answer at the moment is passed over where any other does as well: in turn, or by load. An order that a route gives, or a
 * hash that all gateways share, is not given up for a pause of a few seconds. The turns of a route are counted
 * in memory from 0: a restart begins a new round, and gateways side by side take turns each for itself. A route that no
 * longer exists chooses the first usable candidate in the order in which it was planned.
 *
 * <p>Does no I/O and never blocks. For any number of threads.
 */
public final class Dispatch implements Chooser {

    private final Supplier<RoutingTable> rules;
    private final Supplier<Map<String, DestinationStatus>> prospects;
    private final Loads loads;
    private final Map<String, Long> turns = new ConcurrentHashMap<>();

    /**
     * Over these sources, each asked for every choice; they must answer from memory.
     *
     * @param rules the rules in force
     * @param prospects the destinations by name; one that is missing cannot be used
     * @param pendingBytes what waits for a destination and is on its way to it
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

    /** Without a value an instance belongs with nothing: not with everything else that has none. */
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
     * All that can be used, best first; who has another copy already is counted, too. Left out, it would shift the turns
     * of the others, and they would no longer be shared evenly.
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

    /** Whether one of these answers and could get this. */
    private static boolean oneAnswers(List<String> names, Set<String> taken, Map<String, DestinationStatus> now) {
        return names.stream()
                .filter(name -> !taken.contains(name))
                .flatMap(name -> Optional.ofNullable(now.get(name)).stream())
                .anyMatch(destinationStatus -> destinationStatus.usable() && destinationStatus.answers());
    }

    /** What is hashed: what belongs together, or the instance alone when nothing does. */
    static String hashKey(String affinityKey, Uid sopInstance) {
        return affinityKey.isEmpty() ? sopInstance.value() : affinityKey;
    }

    private long turn(Choice choice, Ranking ranking) {
        return ranking.takesTurns() ? turns.merge(choice.route(), 0L, (last, zero) -> last + 1) : 0;
    }
}
