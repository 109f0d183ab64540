package org.dicomgateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * All of {@code gateway.conf}. A change of it needs a restart.
 *
 * @param listeners at least one
 * @param spool where instances wait
 * @param admin the operators' HTTP interface
 * @param audit the audit trail
 * @param routingFile the rules, absolute
 * @param shutdownTimeout how long a shutdown waits for what is being received or sent
 */
public record GatewaySettings(
        List<ListenerSettings> listeners,
        SpoolSettings spool,
        AdminSettings admin,
        AuditSettings audit,
        Path routingFile,
        Duration shutdownTimeout) {

    /** Copies the list. */
    public GatewaySettings {
        listeners = List.copyOf(listeners);
    }
}
