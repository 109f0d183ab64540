package org.dicomgateway.config;

import java.net.InetSocketAddress;

/**
 * The operators' HTTP interface.
 *
 * @param enabled whether there is one
 * @param address where it listens, always of this machine alone; port 0 takes a free one
 */
public record AdminSettings(boolean enabled, InetSocketAddress address) {}
