package org.dicomgateway.admin.api;

/**
 * Whether associations are accepted.
 *
 * @param state {@code open}; {@code paused} by an operator; {@code closed} by the gateway itself
 * @param because why it is not open; empty when it is open, or when no reason was given
 * @param associations how many are open, also while no new ones are accepted
 */
public record ReceiverView(String state, String because, int associations) {}
