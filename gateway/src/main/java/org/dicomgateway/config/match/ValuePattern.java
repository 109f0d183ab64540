package org.dicomgateway.config.match;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pattern for values. It is case-sensitive, unless it says otherwise. For any number of threads.
 *
 * <p>A field may have several values: one match is enough. Empty values do not count. A field without any other value
 * is absent; only an empty pattern matches it.
 */
public sealed interface ValuePattern permits Wildcard, Regex, ValuePattern.AnyOf {

    /** Whether the pattern matches this whole value. The value must not be empty. */
    boolean matches(String value);

    /** Whether a field without a value matches. */
    boolean matchesAbsent();

    /**
     * All values that the pattern matches, when they are few; contains the empty text when it matches an absent
     * field. Empty when they are not few.
     */
    default Optional<Set<String>> literals() {
        return Optional.empty();
    }

    /** Whether the pattern matches a field with these values. */
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

    /** Matches when one of the patterns matches. */
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
