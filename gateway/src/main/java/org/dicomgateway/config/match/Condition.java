package org.dicomgateway.config.match;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.function.Function;

/**
 * The conditions of a route, as a tree. Data only: {@code route} checks whether an instance meets them. {@code
 * toString} shows the condition in words.
 */
public sealed interface Condition {

    /** Met when all conditions are met, in this order. Without conditions, always met. */
    record AllOf(List<Condition> conditions) implements Condition {
        /** Copies the list. */
        public AllOf {
            conditions = List.copyOf(conditions);
        }

        @Override
        public String toString() {
            return conditions.isEmpty()
                    ? "every instance"
                    : conditions.stream().map(Condition::toString).collect(joining(", "));
        }
    }

    /** Met when the other condition is not met. */
    record Not(Condition condition) implements Condition {
        @Override
        public String toString() {
            return "not { " + condition + " }";
        }
    }

    /** Met when the pattern matches one of the field's values. */
    record Value(Field field, ValuePattern pattern) implements Condition {
        @Override
        public String toString() {
            return field + " = " + pattern;
        }
    }

    /** Met when one of the ranges contains the sender's address. */
    record RemoteHost(List<AddressRange> ranges) implements Condition {
        /** Copies the list. */
        public RemoteHost {
            ranges = List.copyOf(ranges);
        }

        @Override
        public String toString() {
            return "remote-host = " + ranges;
        }
    }

    /** Calls the function for the type of this condition. */
    default <T> T match(
            Function<AllOf, T> onAllOf,
            Function<Not, T> onNot,
            Function<Value, T> onValue,
            Function<RemoteHost, T> onRemoteHost) {
        if (this instanceof AllOf allOf) {
            return onAllOf.apply(allOf);
        } else if (this instanceof Not not) {
            return onNot.apply(not);
        } else if (this instanceof Value value) {
            return onValue.apply(value);
        }
        return onRemoteHost.apply((RemoteHost) this);
    }
}
