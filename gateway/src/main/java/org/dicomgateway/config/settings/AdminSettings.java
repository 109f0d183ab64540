package org.dicomgateway.config.settings;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.security.ServerTls;

/**
 * The operators' HTTP interface.
 *
 * @param enabled whether it is enabled
 * @param address where it listens; port 0 takes a free one
 * @param users the users; empty: no login, and then only this machine can reach it
 * @param tls how it is encrypted; required when other machines can reach it
 * @param health where probes are answered, in the clear; empty: nowhere else than at {@code address}
 */
public record AdminSettings(
        boolean enabled,
        InetSocketAddress address,
        List<AdminUser> users,
        Optional<ServerTls> tls,
        Optional<InetSocketAddress> health) {

    /** Copies the list. */
    public AdminSettings {
        users = List.copyOf(users);
    }
}
