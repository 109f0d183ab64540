package org.dicomgateway.config.match;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a value must look like. Case counts. For any number of threads.
 *
 * <p>A field may have several values: one that matches is enough. Empty values do not count; a field without any other
 * is absent, and only a pattern that is itself empty matches that.
 */
public sealed interface ValuePattern permits Wildcard, Regex, ValuePattern.AnyOf {

    /** Whether a value, not empty, matches as a whole. */
    boolean matches(String value);

    /** Whether a field without a value matches. */
    boolean matchesAbsent();

    /** The few values, or the empty one for none, that it matches and no other; empty when they are not so few. */
    default Optional<Set<String>> literals() {
        return Optional.empty();
    }

    /** Whether a field with these values matches. */
    default boolean matchesAny(List<String> values) {
        boolean absent = true;
        for (String value : values) {
            if (!value.isEmpty()) {
                absent = false;
                if (matches(value)) {
                    return true;
                }
            }
        }
        return absent && matchesAbsent();
    }

    /** Matches what one of the patterns matches. */
    record AnyOf(List<ValuePattern> patterns) implements ValuePattern {
        /** Copies the list. */
        public AnyOf {
            patterns = List.copyOf(patterns);
        }

        @Override
        public boolean matches(String value) {
            return patterns.stream().anyMatch(pattern -> pattern.matches(value));
        }

        @Override
        public boolean matchesAbsent() {
            return patterns.stream().anyMatch(ValuePattern::matchesAbsent);
        }

        @Override
        public Optional<Set<String>> literals() {
            Set<String> all = new LinkedHashSet<>();
            for (ValuePattern pattern : patterns) {
                Optional<Set<String>> some = pattern.literals();
                if (some.isEmpty()) {
                    return Optional.empty();
                }
                all.addAll(some.get());
            }
            return Optional.of(all);
        }

        @Override
        public String toString() {
            return patterns.toString();
        }
    }
}
