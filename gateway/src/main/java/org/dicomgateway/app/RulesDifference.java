package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;

/** The difference between one version of the rules and the next, for operators. */
final class RulesDifference {

    private RulesDifference() {}

    /** One sentence for each kind of change; none when nothing changed. */
    static List<String> between(RoutingSettings before, RoutingSettings after) {
        List<String> changes = new ArrayList<>();
        describe("routes", byName(before), byName(after), changes);
        describe("destinations", before.destinations(), after.destinations(), changes);
        describe("receivers of events", before.receivers(), after.receivers(), changes);
        if (changes.isEmpty() && !before.routes().equals(after.routes())) {
            changes.add("routes in another order");
        }
        return changes;
    }

    private static Map<String, RouteSettings> byName(RoutingSettings rules) {
        return rules.routes().stream()
                .collect(toMap(RouteSettings::name, Function.identity(), (one, other) -> one, LinkedHashMap::new));
    }

    private static <T> void describe(String what, Map<String, T> before, Map<String, T> after, List<String> changes) {
        names(after, name -> !before.containsKey(name)).ifPresent(names -> changes.add(what + " added: " + names));
        names(before, name -> !after.containsKey(name)).ifPresent(names -> changes.add(what + " removed: " + names));
        names(after, name -> before.containsKey(name) && !isSame(name, before, after))
                .ifPresent(names -> changes.add(what + " changed: " + names));
    }

    private static <T> boolean isSame(String name, Map<String, T> before, Map<String, T> after) {
        return Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(after.get(name)));
    }

    private static Optional<String> names(Map<String, ?> all, Predicate<String> which) {
        List<String> names = all.keySet().stream().filter(which).toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", names));
    }
}
