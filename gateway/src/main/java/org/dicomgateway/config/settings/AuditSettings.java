package org.dicomgateway.config.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.security.ClientTls;

/**
 * The audit trail (DICOM PS3.15 A.5).
 *
 * @param enabled whether there is one
 * @param directory its folder, absolute
 * @param sourceId what this gateway is called in it
 * @param siteId the site it stands at; may be empty
 * @param patientIds whether messages on transfers name the patient by his ID
 * @param transferPause a transfer of which nothing moved for so long has ended
 * @param fileSize of one of its files
 * @param totalSize of all of its files; the oldest go
 * @param syslog where it is sent as well
 */
public record AuditSettings(
        boolean enabled,
        Path directory,
        String sourceId,
        String siteId,
        boolean patientIds,
        Duration transferPause,
        DataSize fileSize,
        DataSize totalSize,
        Optional<SyslogSettings> syslog) {

    /**
     * A syslog server.
     *
     * @param protocol how it is spoken to
     * @param host its name or address
     * @param port of that protocol
     * @param timeout for the connection, and for the server to take a message
     * @param tls how it is encrypted, RFC 5425; never with {@link Protocol#UDP}
     */
    public record SyslogSettings(Protocol protocol, String host, int port, Duration timeout, Optional<ClientTls> tls) {

        /** How a syslog server is spoken to. */
        public enum Protocol {
            /** Datagrams, RFC 5426: not encrypted, and lost without anybody noticing. */
            UDP,
            /** A connection: RFC 5425, or without TLS RFC 6587 with octet counting. */
            TCP
        }
    }
}
