package org.dicomgateway.admin.api;

/**
 * Whether associations are accepted.
 *
 * @param state {@code open}; {@code paused} or {@value #DRAINING} by an operator; {@code closed} by the gateway itself
 * @param because why it is not open; empty when it is open, or when no reason was given
 * @param associations how many are open, also while no new ones are accepted
 * @param receiving how many instances are being received; while it is drained, no further ones are taken
 */
public record ReceiverView(String state, String because, int associations, int receiving) {

    /** Nothing more is taken in, and what is there is delivered. */
    public static final String DRAINING = "draining";
}
