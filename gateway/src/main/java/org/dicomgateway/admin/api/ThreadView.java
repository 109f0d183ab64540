package org.dicomgateway.admin.api;

/**
 * A thread that must always run.
 *
 * @param alive false when it has ended, which is a fault
 */
public record ThreadView(String name, boolean alive) {}
