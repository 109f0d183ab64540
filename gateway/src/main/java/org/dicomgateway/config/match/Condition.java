package org.dicomgateway.config.match;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.function.Function;

/**
 * What a route asks of an instance, as a tree. Data only; whether an instance meets it is for {@code route} to say. Its
 * text is the condition as an operator would say it.
 */
public sealed interface Condition {

    /** Met when all of them are, in this order; when there are none, always. */
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

    /** Met when the other is not. */
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

    /** Met when the sender's address lies in one of the ranges. */
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

    /** Calls the function for what this is. */
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
