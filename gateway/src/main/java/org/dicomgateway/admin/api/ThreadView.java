package org.dicomgateway.admin.api;

/**
 * A thread that the gateway cannot do without.
 *
 * @param alive false once it has ended, which it must not
 */
public record ThreadView(String name, boolean alive) {}
