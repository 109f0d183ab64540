package org.dicomgateway.config.reader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.AllOf;
import org.dicomgateway.config.match.Condition.Not;
import org.dicomgateway.config.match.Condition.RemoteHost;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;

/**
 * Finds conditions that no instance can meet together. Everything that it finds is a contradiction. It does not find
 * every contradiction, for example between two regular expressions.
 */
final class Contradiction {

    /** Attributes with a single value (PS3.6). Other attributes can have two different values at the same time. */
    private static final Set<Integer> SINGLE_VALUED = Set.of(
            0x00080016, // SOP Class UID
            0x00080018, // SOP Instance UID
            0x00080020, // Study Date
            0x00080050, // Accession Number
            0x00080060, // Modality
            0x00081030, // Study Description
            0x0008103E, // Series Description
            0x00100020, // Patient ID
            0x0020000D, // Study Instance UID
            0x0020000E); // Series Instance UID

    private final List<Value> values = new ArrayList<>();
    private final List<RemoteHost> hosts = new ArrayList<>();
    private final List<Not> nots = new ArrayList<>();

    private Contradiction() {}

    /** The reason why no instance can meet the condition. Empty when no contradiction is found. */
    static Optional<String> in(Condition condition) {
        Contradiction conditions = new Contradiction();
        conditions.gather(condition);
        return conditions.betweenValues().or(conditions::withNots);
    }

    /** Collects everything that must be met. */
    private void gather(Condition condition) {
        List<Condition> inner = condition.match(
                AllOf::conditions, //
                not -> kept(nots, not),
                value -> kept(values, value),
                host -> kept(hosts, host));
        inner.forEach(this::gather);
    }

    private static <T> List<Condition> kept(List<T> kind, T condition) {
        kind.add(condition);
        return List.of();
    }

    private Optional<String> betweenValues() {
        for (Value exact : values) {
            for (Value other : values) {
                if (isSameField(exact, other) && isSingleValued(exact) && excludes(exact, other)) {
                    return Optional.of(exact + " and " + other + " exclude each other");
                }
            }
        }
        return Optional.empty();
    }

    /** Whether every value that the first one allows is excluded by the other. */
    private static boolean excludes(Value exact, Value other) {
        return exact.pattern()
                .literals()
                .filter(literals ->
                        literals.stream().noneMatch(literal -> other.pattern().matchesAny(List.of(literal))))
                .isPresent();
    }

    private Optional<String> withNots() {
        return nots.stream()
                .filter(not -> isImplied(not.condition()))
                .findFirst()
                .map(not -> not + " excludes what the other conditions require");
    }

    /** Whether an instance that meets all collected conditions also meets this one. */
    private boolean isImplied(Condition condition) {
        return condition.match(
                (AllOf all) -> all.conditions().stream().allMatch(this::isImplied),
                nots::contains,
                wanted -> values.stream().anyMatch(known -> isSameField(known, wanted) && implies(known, wanted)),
                wanted -> hosts.stream()
                        .anyMatch(known -> known.ranges().stream()
                                .allMatch(range -> wanted.ranges().stream().anyMatch(wide -> wide.covers(range)))));
    }

    private static boolean implies(Value known, Value wanted) {
        return known.pattern().equals(wanted.pattern())
                || known.pattern()
                        .literals()
                        .filter(literals -> literals.stream()
                                .allMatch(literal -> wanted.pattern().matchesAny(List.of(literal))))
                        .isPresent();
    }

    private static boolean isSameField(Value one, Value other) {
        return one.field().kind() == other.field().kind()
                && one.field().tag() == other.field().tag();
    }

    private static boolean isSingleValued(Value value) {
        return value.field().kind() != Field.Kind.ATTRIBUTE
                || SINGLE_VALUED.contains(value.field().tag());
    }
}
