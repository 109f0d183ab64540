package org.dicomgateway.config.match;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A text in which {@code *} stands for any number of characters, also none, and {@code ?} for exactly one. A
 * backslash makes the next character literal. Matching takes at most length of pattern times length of value steps.
 */
public final class Wildcard implements ValuePattern {

    private static final int ANY_RUN = -1;
    private static final int ANY_ONE = -2;

    private final String text;
    /** Code points, with the two wildcards as negative numbers. */
    private final int[] symbols;

    private Wildcard(String text, int[] symbols) {
        this.text = text;
        this.symbols = symbols;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException when the text ends with a backslash; the message is for the operator
     */
    public static Wildcard of(String text) {
        int[] points = text.codePoints().toArray();
        int[] symbols = new int[points.length];
        int n = 0;
        for (int i = 0; i < points.length; i++) {
            if (points[i] == '\\') {
                if (++i == points.length) {
                    throw new IllegalArgumentException("ends with a backslash without a character after it: " + text);
                }
                symbols[n++] = points[i];
            } else {
                symbols[n++] = points[i] == '*' ? ANY_RUN : points[i] == '?' ? ANY_ONE : points[i];
            }
        }
        return new Wildcard(text, Arrays.copyOf(symbols, n));
    }

    /**
     * Greedy, with one position for backtracking: after a later {@code *}, the choices for an earlier one are final.
     */
    @Override
    public boolean matches(String value) {
        int at = 0;
        int symbol = 0;
        int runSymbol = -1;
        int runAt = 0;
        while (at < value.length()) {
            int point = value.codePointAt(at);
            if (symbol < symbols.length && symbols[symbol] == ANY_RUN) {
                runSymbol = symbol++;
                runAt = at;
            } else if (symbol < symbols.length && (symbols[symbol] == ANY_ONE || symbols[symbol] == point)) {
                symbol++;
                at += Character.charCount(point);
            } else if (runSymbol >= 0) {
                runAt += Character.charCount(value.codePointAt(runAt));
                at = runAt;
                symbol = runSymbol + 1;
            } else {
                return false;
            }
        }
        while (symbol < symbols.length && symbols[symbol] == ANY_RUN) {
            symbol++;
        }
        return symbol == symbols.length;
    }

    @Override
    public boolean matchesAbsent() {
        return symbols.length == 0;
    }

    @Override
    public Optional<Set<String>> literals() {
        return Arrays.stream(symbols).allMatch(symbol -> symbol >= 0)
                ? Optional.of(Set.of(new String(symbols, 0, symbols.length)))
                : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Wildcard that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return '"' + text + '"';
    }
}
