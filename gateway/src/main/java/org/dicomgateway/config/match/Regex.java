package org.dicomgateway.config.match;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of {@link Pattern} that a value must match as a whole. An expression that runs wild cannot hold
 * a receiver up: values of more than {@value #MAX_LENGTH} characters do not match, and neither does one that takes more
 * than {@value #MAX_STEPS} steps.
 */
public final class Regex implements ValuePattern {

    /** Longest value that is looked at, in characters. */
    public static final int MAX_LENGTH = 1024;

    /** Characters that may be looked at for one value, again and again: some milliseconds. */
    static final int MAX_STEPS = 200_000;

    private final Pattern pattern;

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * The pattern of an expression.
     *
     * @throws IllegalArgumentException with a message fit for an operator, when it is no regular expression
     */
    public static Regex of(String expression) {
        try {
            return new Regex(Pattern.compile(expression));
        } catch (PatternSyntaxException e) {
            String where = e.getIndex() < 0 ? "" : " at character " + (e.getIndex() + 1);
            throw new IllegalArgumentException(
                    "no regular expression: " + e.getDescription() + where + ": " + expression, e);
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

    /** An absent field is asked for with an empty text, never with an expression. */
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

    /** A text that lets itself be read so often and no more. */
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
