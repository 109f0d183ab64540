package org.dicomgateway.config.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.security.PasswordHash;

/**
 * All of {@code gateway.conf}. A change needs a restart.
 *
 * @param listeners at least one
 * @param users the users that senders can name in their requests, by name; the passcode is empty when the name is
 *     enough
 * @param spool where instances are stored until delivery
 * @param admin the operators' HTTP interface
 * @param audit the audit trail
 * @param commitment storage commitment for senders
 * @param cluster the cluster that this gateway is in; empty: it is on its own
 * @param routingFile the file with the rules, absolute
 * @param shutdownTimeout how long a shutdown waits for running receipts and deliveries
 */
public record GatewaySettings(
        List<ListenerSettings> listeners,
        Map<String, Optional<PasswordHash>> users,
        SpoolSettings spool,
        AdminSettings admin,
        AuditSettings audit,
        CommitmentSettings commitment,
        Optional<ClusterSettings> cluster,
        Path routingFile,
        Duration shutdownTimeout) {

    /** Copies the list and the map. */
    public GatewaySettings {
        listeners = List.copyOf(listeners);
        users = Map.copyOf(users);
    }
}
