package org.dicomgateway.config;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The operators' HTTP interface.
 *
 * @param enabled whether there is one
 * @param address where it listens; port 0 takes a free one
 * @param users who may use it; none: everybody who reaches it, and then only this machine does
 */
public record AdminSettings(boolean enabled, InetSocketAddress address, List<AdminUser> users) {

    /** Copies the list. */
    public AdminSettings {
        users = List.copyOf(users);
    }

    /** Without users: for this machine alone. */
    public AdminSettings(boolean enabled, InetSocketAddress address) {
        this(enabled, address, List.of());
    }
}
