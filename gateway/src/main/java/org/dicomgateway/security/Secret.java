package org.dicomgateway.security;

/** A text that nobody may read in a log, a message or an output. */
public record Secret(String value) {

    private static final String MASK = "******";

    @Override
    public String toString() {
        return MASK;
    }
}
