package org.dicomgateway.config.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.security.ClientTls;

/**
 * The audit trail (DICOM PS3.15 A.5).
 *
 * @param enabled whether it is enabled
 * @param directory its folder, absolute
 * @param sourceId the name of this gateway in the trail
 * @param siteId the site of this gateway; may be empty
 * @param patientIds whether messages about transfers contain the patient ID
 * @param transferPause a transfer ends when nothing of it moved for this long
 * @param fileSize the size of one of its files
 * @param totalSize the size of all its files; the oldest are deleted
 * @param syslog the syslog server that also gets the messages
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
     * @param protocol its protocol
     * @param host its name or address
     * @param port its port
     * @param timeout for the connection, and for the server to take a message
     * @param tls how it is encrypted, RFC 5425; never with {@link Protocol#UDP}
     */
    public record SyslogSettings(Protocol protocol, String host, int port, Duration timeout, Optional<ClientTls> tls) {

        /** The protocol of a syslog server. */
        public enum Protocol {
            /** Datagrams, RFC 5426: not encrypted, and a loss is not noticed. */
            UDP,
            /** A connection: RFC 5425, or without TLS RFC 6587 with octet counting. */
            TCP
        }
    }
}
