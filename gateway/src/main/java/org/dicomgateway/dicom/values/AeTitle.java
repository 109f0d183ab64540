package org.dicomgateway.dicom.values;

import java.util.regex.Pattern;

/**
 * An application entity title: 1 to 16 printable characters of the default repertoire, without backslash. Leading and
 * trailing spaces are not significant (PS3.5 6.2, VR AE). It cannot break a log line.
 */
public record AeTitle(String value) implements Comparable<AeTitle> {

    private static final int MAX_LENGTH = 16;
    private static final Pattern SPACES = Pattern.compile("^ +| +$");

    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException when it is not an AE title; the message is for the operator
     */
    public AeTitle {
        value = SPACES.matcher(value).replaceAll("");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an AE title must not be empty");
        }
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an AE title has at most " + MAX_LENGTH + " characters: '"
                    + Text.printable(value, MAX_LENGTH) + "…' has " + value.length());
        }
        if (value.chars().anyMatch(c -> c < 0x20 || c > 0x7e || c == '\\')) {
            throw new IllegalArgumentException("an AE title contains printable ASCII without backslash:" + " '"
                    + Text.printable(value, MAX_LENGTH) + "'");
        }
    }

    /** The AE title in {@code text}. */
    public static AeTitle of(String text) {
        return new AeTitle(text);
    }

    @Override
    public int compareTo(AeTitle other) {
        return value.compareTo(other.value);
    }

    /** The form for a log line: in quotes when it is not a single plain word. */
    @Override
    public String toString() {
        return Text.token(value, MAX_LENGTH);
    }
}
