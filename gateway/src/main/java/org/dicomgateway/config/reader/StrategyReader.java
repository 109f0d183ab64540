package org.dicomgateway.config.reader;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.config.settings.Words;

/** Reads how a route chooses. The defaults contain a value for every key; the strategy determines which ones count. */
public final class StrategyReader {

    private static final int MAX_COPIES = 64;
    private static final String COMMIT_ON = "commit-on";
    private static final String MIXED_IDENTITY = "mixed-identity";
    private static final Pattern NUMBER = Pattern.compile("-?\\d+");

    /** The keys of each strategy. */
    private static final Map<String, List<String>> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("broadcast", List.of(COMMIT_ON));
        KEYS.put("failover", List.of("affinity", "when-refused", MIXED_IDENTITY));
        KEYS.put("balance", List.of("algorithm", "affinity", "when-refused", MIXED_IDENTITY));
        KEYS.put("replicate", List.of("copies", "algorithm", "affinity", "when-refused", COMMIT_ON, MIXED_IDENTITY));
    }

    /** Whether a choice among destinations may decide that an instance leaves with the patient's data. */
    private enum MixedIdentity {
        REFUSE,
        ALLOW
    }

    private StrategyReader() {}

    /** The strategy as written. It can be read when no problem was reported. */
    record Draft(
            Setting<String> word,
            Setting<Integer> copies,
            Setting<Algorithm> algorithm,
            Setting<Affinity> affinity,
            Setting<WhenRefused> whenRefused,
            Setting<CommitOn> commitOn,
            Setting<MixedIdentity> mixedIdentity) {

        Strategy get() {
            return switch (word.get()) {
                case "failover" -> new Strategy.Failover(affinity.get(), whenRefused.get());
                case "balance" -> new Strategy.Balance(algorithm.get(), affinity.get(), whenRefused.get());
                case "replicate" ->
                    new Strategy.Replicate(copies.get(), algorithm.get(), affinity.get(), whenRefused.get());
                default -> new Strategy.Broadcast();
            };
        }

        /** Whether some of so many destinations get no copy. */
        private boolean chooses(int destinations) {
            return switch (word.get()) {
                case "broadcast" -> false;
                case "replicate" -> copies.isValid() && copies.get() < destinations;
                default -> true;
            };
        }

        /** The copies that storage commitment requires. */
        CommitOn requires() {
            return foreign(word.get()).contains(COMMIT_ON) ? CommitOn.ALL : commitOn.get();
        }
    }

    /** The keys as they stand in a route or in the defaults. */
    static Draft read(Section section) {
        return new Draft(
                section.text("strategy").map(StrategyReader::strategy),
                section.integer("copies", 2, MAX_COPIES),
                section.word("algorithm", Algorithm.class),
                section.word("affinity", Affinity.class),
                section.word("when-refused", WhenRefused.class),
                section.node(COMMIT_ON).flatMap(StrategyReader::commitOn),
                section.word(MIXED_IDENTITY, MixedIdentity.class));
    }

    /** {@code all}, a number of copies, or names of destinations. */
    private static Setting<CommitOn> commitOn(Node node) {
        if (node.isList()) {
            return node.texts(name -> name).map(names -> new CommitOn(names, OptionalInt.empty()));
        }
        return node.text().flatMap(text -> {
            if (text.equals("all")) {
                return node.valid(CommitOn.ALL);
            }
            return NUMBER.matcher(text).matches()
                    ? node.integer(1, MAX_COPIES).map(copies -> new CommitOn(List.of(), OptionalInt.of(copies)))
                    : node.valid(new CommitOn(List.of(text), OptionalInt.empty()));
        });
    }

    /** The keys of a route. They must match each other and its destinations. */
    static Draft read(Section route, Setting<List<String>> to) {
        Draft draft = read(route);
        draft.word.ifValid(word -> {
            for (String key : foreign(word)) {
                if (route.isWritten(key)) {
                    route.node(key)
                            .reject(
                                    "the strategy " + word + " has no " + key,
                                    "remove it, or choose a strategy that has: "
                                            + String.join(
                                                    ", ",
                                                    KEYS.keySet().stream()
                                                            .filter(other -> !foreign(other)
                                                                    .contains(key))
                                                            .toList()));
                }
            }
            if (word.equals("replicate")) {
                draft.copies.checkWith(
                        to,
                        (copies, destinations) -> copies <= destinations.size(),
                        (copies, destinations) -> copies + " copies need as many destinations, but the route names "
                                + destinations.size(),
                        "name more destinations, or ask for fewer copies");
                draft.commitOn
                        .check(
                                on -> on.destinations().isEmpty(),
                                on -> "replicate chooses the destinations of each study, so none can be named",
                                "write how many copies storage commitment requires")
                        .checkWith(
                                draft.copies,
                                (on, copies) -> on.copies().orElse(1) <= copies,
                                (on, copies) -> "storage commitment would require "
                                        + on.copies().orElse(1) + " copies, but the route makes " + copies,
                                "write a number up to that of the copies");
            } else if (word.equals("broadcast")) {
                draft.commitOn
                        .checkWith(
                                to,
                                (on, destinations) -> destinations.containsAll(on.destinations()),
                                (on, destinations) -> "the route does not go to "
                                        + String.join(
                                                ", ",
                                                on.destinations().stream()
                                                        .filter(name -> !destinations.contains(name))
                                                        .toList()),
                                "name destinations that are in to, or write all")
                        .checkWith(
                                to,
                                (on, destinations) -> on.copies().orElse(1) <= destinations.size(),
                                (on, destinations) -> "storage commitment would require "
                                        + on.copies().orElse(1) + " copies, but the route names "
                                        + destinations.size() + " destinations",
                                "write a number up to that of the destinations");
            }
        });
        return draft;
    }

    /**
     * Rejects a route that chooses among destinations which get de-identified instances and others, unless it says so.
     *
     * @param deidentifies whether the destination with this name gets de-identified instances
     */
    static void checkIdentity(
            Draft draft,
            SourceLocation place,
            Setting<List<String>> to,
            Predicate<String> deidentifies,
            Problems problems) {
        if (!draft.word.isValid()
                || !to.isValid()
                || !draft.mixedIdentity.isValid()
                || draft.mixedIdentity.get() == MixedIdentity.ALLOW
                || !draft.chooses(to.get().size())) {
            return;
        }
        Map<Boolean, List<String>> parts = to.get().stream().collect(Collectors.partitioningBy(deidentifies));
        List<String> with = parts.getOrDefault(true, List.of());
        List<String> without = parts.getOrDefault(false, List.of());
        if (!with.isEmpty() && !without.isEmpty()) {
            problems.add(
                    place,
                    "with the strategy " + draft.word.get() + ", what could not be sent de-identified to "
                            + String.join(" and ", with) + " can go to " + String.join(" and ", without)
                            + " with the patient's data",
                    "make two routes, or give all of them a transform with a profile; if you want it so, write"
                            + " mixed-identity = allow");
        }
    }

    /** The keys that do not apply to this strategy. */
    public static List<String> foreign(String strategy) {
        List<String> own = KEYS.getOrDefault(strategy, List.of());
        return KEYS.values().stream()
                .flatMap(List::stream)
                .distinct()
                .filter(key -> !own.contains(key))
                .toList();
    }

    private static String strategy(String text) {
        if (!KEYS.containsKey(text)) {
            throw Words.unknown("strategy", text, List.copyOf(KEYS.keySet()));
        }
        return text;
    }
}
