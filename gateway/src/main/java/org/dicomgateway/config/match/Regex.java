package org.dicomgateway.config.match;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of {@link Pattern} that must match a whole value. A slow expression cannot block a receiver.
 * Values of more than {@value #MAX_LENGTH} characters do not match, and neither does a value that takes more than
 * {@value #MAX_STEPS} steps.
 */
public final class Regex implements ValuePattern {

    /** The longest value that is checked, in characters. */
    public static final int MAX_LENGTH = 1024;

    /** How many characters may be read for one value, including repeated reads. This takes some milliseconds. */
    static final int MAX_STEPS = 200_000;

    private final Pattern pattern;

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException when it is not a regular expression; the message is for the operator
     */
    public static Regex of(String expression) {
        try {
            return new Regex(Pattern.compile(expression));
        } catch (PatternSyntaxException e) {
            String where = e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1);
            throw new IllegalArgumentException(
                    "not a regular expression: " + e.getDescription() + where + ": " + expression, e);
        }
    }

    @Override
    public boolean matches(String value) {
        if (value.length() > MAX_LENGTH) {
            return false;
        }
        try {
            return pattern.matcher(new Metered(value)).matches();
        } catch (OutOfSteps e) {
            return false;
        }
    }

    /** Only an empty text matches an absent field, never an expression. */
    @Override
    public boolean matchesAbsent() {
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Regex that && pattern.pattern().equals(that.pattern.pattern());
    }

    @Override
    public int hashCode() {
        return pattern.pattern().hashCode();
    }

    @Override
    public String toString() {
        return "/" + pattern + "/";
    }

    /** A text that limits how often its characters are read. */
    private static final class Metered implements CharSequence {

        private final String text;
        private int steps;

        Metered(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw new OutOfSteps();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class OutOfSteps extends RuntimeException {

        private static final long serialVersionUID = 1L;

        OutOfSteps() {
            super("a regular expression took too long", null, false, false);
        }
    }
}
