package org.dicomgateway.config.reader;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.config.settings.Words;

/** Reads how a route chooses. The defaults contain a value for every key; the strategy determines which ones count. */
public final class StrategyReader {

    private static final int MAX_COPIES = 64;

    /** The keys of each strategy. */
    private static final Map<String, List<String>> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("broadcast", List.of());
        KEYS.put("failover", List.of("affinity", "when-refused"));
        KEYS.put("balance", List.of("algorithm", "affinity", "when-refused"));
        KEYS.put("replicate", List.of("copies", "algorithm", "affinity", "when-refused"));
    }

    private StrategyReader() {}

    /** The strategy as written. It can be read when no problem was reported. */
    record Draft(
            Setting<String> word,
            Setting<Integer> copies,
            Setting<Algorithm> algorithm,
            Setting<Affinity> affinity,
            Setting<WhenRefused> whenRefused) {

        Strategy get() {
            return switch (word.get()) {
                case "failover" -> new Strategy.Failover(affinity.get(), whenRefused.get());
                case "balance" -> new Strategy.Balance(algorithm.get(), affinity.get(), whenRefused.get());
                case "replicate" ->
                    new Strategy.Replicate(copies.get(), algorithm.get(), affinity.get(), whenRefused.get());
                default -> new Strategy.Broadcast();
            };
        }
    }

    /** The keys as they stand in a route or in the defaults. */
    static Draft read(Section section) {
        return new Draft(
                section.text("strategy").map(StrategyReader::strategy),
                section.integer("copies", 2, MAX_COPIES),
                section.word("algorithm", Algorithm.class),
                section.word("affinity", Affinity.class),
                section.word("when-refused", WhenRefused.class));
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
            }
        });
        return draft;
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
