package org.dicomgateway.dicom.values;

/**
 * A unique identifier: 1 to 64 digits and dots (PS3.5 9.1). Leading zeros within a component are against the
 * standard, but real devices send them. They are accepted, because the gateway forwards what it receives.
 */
public record Uid(String value) implements Comparable<Uid> {

    private static final int MAX_LENGTH = 64;

    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException when it is not a UID; the message is for the operator
     */
    public Uid {
        if (!isValid(value)) {
            throw new IllegalArgumentException("a UID contains 1 to " + MAX_LENGTH + " digits and dots: '"
                    + Text.printable(value, MAX_LENGTH) + "'" + (value.length() > MAX_LENGTH ? "…" : ""));
        }
    }

    /** The UID in {@code text}. */
    public static Uid of(String text) {
        return new Uid(text);
    }

    /** Whether {@code text} is a valid {@code Uid}. */
    public static boolean isValid(String text) {
        int length = text.length();
        // A plain loop for speed: this runs a dozen times for each instance.
        for (int i = 0; i < length && length <= MAX_LENGTH; i++) {
            char c = text.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return length > 0 && length <= MAX_LENGTH;
    }

    @Override
    public int compareTo(Uid other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
