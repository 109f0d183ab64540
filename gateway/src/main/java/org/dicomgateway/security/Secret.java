package org.dicomgateway.security;

/** A text that must never appear in a log, a message or an output. */
public record Secret(String value) {

    private static final String MASK = "******";

    @Override
    public String toString() {
        return MASK;
    }
}
