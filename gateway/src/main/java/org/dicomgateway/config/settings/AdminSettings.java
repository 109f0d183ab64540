package org.dicomgateway.config.settings;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.security.ServerTls;

/**
 * The operators' HTTP interface.
 *
 * @param enabled whether there is one
 * @param address where it listens; port 0 takes a free one
 * @param users who may use it; none: everybody who reaches it, and then only this machine does
 * @param tls how it is encrypted; always, when other machines reach it
 */
public record AdminSettings(
        boolean enabled, InetSocketAddress address, List<AdminUser> users, Optional<ServerTls> tls) {

    /** Copies the list. */
    public AdminSettings {
        users = List.copyOf(users);
    }

    /** Without users: for this machine alone. */
    public AdminSettings(boolean enabled, InetSocketAddress address) {
        this(enabled, address, List.of(), Optional.empty());
    }
}
