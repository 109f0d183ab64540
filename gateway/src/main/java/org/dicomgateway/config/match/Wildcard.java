package org.dicomgateway.config.match;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A text in which {@code *} stands for any number of characters, also none, and {@code ?} for exactly one. A
 * backslash makes the next character literal. It may ignore the case of letters. Matching takes at most length of
 * pattern times length of value steps.
 */
public final class Wildcard implements ValuePattern {

    private static final int ANY_RUN = -1;
    private static final int ANY_ONE = -2;

    private final String text;
    /** Code points, with the two wildcards as negative numbers. */
    private final int[] symbols;

    private final boolean ignoreCase;

    private Wildcard(String text, int[] symbols, boolean ignoreCase) {
        this.text = text;
        this.symbols = symbols;
        this.ignoreCase = ignoreCase;
    }

    /**
     * Reads a pattern that ignores the case of letters, one by one and in the same way on every machine.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public static Wildcard ignoringCase(String text) {
        int[] folded = Arrays.stream(of(text).symbols)
                .map(symbol -> symbol < 0 ? symbol : folded(symbol))
                .toArray();
        return new Wildcard(text, folded, true);
    }

    private static int folded(int point) {
        return Character.toLowerCase(Character.toUpperCase(point));
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
        return new Wildcard(text, Arrays.copyOf(symbols, n), false);
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
            int read = value.codePointAt(at);
            int point = ignoreCase ? folded(read) : read;
            if (symbol < symbols.length && symbols[symbol] == ANY_RUN) {
                runSymbol = symbol++;
                runAt = at;
            } else if (symbol < symbols.length && (symbols[symbol] == ANY_ONE || symbols[symbol] == point)) {
                symbol++;
                at += Character.charCount(read);
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
        return !ignoreCase && Arrays.stream(symbols).allMatch(symbol -> symbol >= 0)
                ? Optional.of(Set.of(new String(symbols, 0, symbols.length)))
                : Optional.empty();
    }

    /** The characters that a value must contain, in this order. */
    public String literalCharacters() {
        int[] literal = Arrays.stream(symbols).filter(symbol -> symbol >= 0).toArray();
        return new String(literal, 0, literal.length);
    }

    /** How many characters a value must have at least. */
    public int minLength() {
        return (int) Arrays.stream(symbols).filter(symbol -> symbol != ANY_RUN).count();
    }

    public boolean ignoresCase() {
        return ignoreCase;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Wildcard that && text.equals(that.text) && ignoreCase == that.ignoreCase;
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return '"' + text + '"' + (ignoreCase ? " in any case" : "");
    }
}
