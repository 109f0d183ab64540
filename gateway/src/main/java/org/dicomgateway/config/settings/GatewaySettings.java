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

    /**
     * Several gateways as one, over PostgreSQL.
     *
     * @param node the name of this gateway; no other one of the cluster has it
     * @param database where the cluster keeps what its gateways have in common
     * @param lease a gateway that gives no sign of life for this long is declared dead, and others take over its work
     * @param patience how long an instance waits to be kept by the database, before its sender gets a failure
     * @param allowSingle whether instances are accepted while the database has no synchronous standby
     */
    public record ClusterSettings(
            String node, PostgresqlSettings database, Duration lease, Duration patience, boolean allowSingle) {

        /**
         * A PostgreSQL server, or several of which one is the primary.
         *
         * @param url as libpq writes it: {@code postgresql://host:port,host:port/database?parameter=value}
         * @param user the user
         * @param password the password itself, also when it was read from a file; empty: none is needed
         */
        public record PostgresqlSettings(String url, String user, Optional<String> password) {

            /** Does not show the password. */
            @Override
            public String toString() {
                return "PostgresqlSettings[url=" + url + ", user=" + user + ", password=" + Secrets.MASK + "]";
            }
        }
    }
}
