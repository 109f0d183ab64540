package org.dicomgateway.config.match;

import java.util.Optional;
import java.util.regex.Matcher;
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

    /** The number of groups in parentheses. */
    public int groups() {
        return pattern.matcher("").groupCount();
    }

    /**
     * The replacement for a value that matches as a whole.
     *
     * @param with the replacement, in which $1 is the first group
     * @return empty when the value does not match
     * @throws IllegalArgumentException when the value is too long, or takes too many steps; without the value
     */
    public Optional<String> replace(String value, String with) {
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a value is too long for a regular expression");
        }
        try {
            Matcher matcher = pattern.matcher(new Metered(value));
            if (!matcher.matches()) {
                return Optional.empty();
            }
            return Optional.of(expand(matcher, with));
        } catch (OutOfSteps e) {
            throw new IllegalArgumentException("a value takes too long to match a regular expression", e);
        }
    }

    private static String expand(Matcher matcher, String with) {
        StringBuilder replaced = new StringBuilder();
        for (int i = 0; i < with.length(); i++) {
            char c = with.charAt(i);
            if (c == '\\') {
                replaced.append(with.charAt(++i));
            } else if (c == '$') {
                String group = matcher.group(with.charAt(++i) - '0');
                replaced.append(group == null ? "" : group);
            } else {
                replaced.append(c);
            }
        }
        return replaced.toString();
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
