package org.dicomgateway.conformance;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsProfile;

/** The chapters on character sets and security. */
final class Protection {

    private Protection() {}

    static void describe(Draft draft, GatewaySettings gateway) {
        draft.chapter("Character sets")
                .text(
                        "Datasets pass through unchanged, whatever their Specific Character Set (0008,0005). To match rules, and for "
                                + "searches, the gateway decodes the character sets of PS3.3 C.12.1.1.2; what it cannot decode does "
                                + "not match.");
        draft.chapter("Security")
                .part("TLS")
                .text(
                        "TLS 1.3 and 1.2. RSA keys of at least 2048 bits, elliptic curves of at least 256 bits; no SHA-1, no MD5. "
                                + "Certificates of peers are always checked.")
                .table(
                        List.of("Profile", "In PS3.15", "Cipher suites, the preferred one first"),
                        List.of(
                                List.of("bcp-195", "B.12, BCP 195 RFC 8996, 9325", suites(TlsProfile.BCP_195)),
                                List.of("strict", "B.13, Modified BCP 195 RFC 8996, 9325", suites(TlsProfile.STRICT))))
                .part("User identity (PS3.7 D.3.3.7)")
                .text(
                        gateway.users().isEmpty()
                                ? "No users are configured: an identity in a request is ignored."
                                : "Username (type 1), and username with passcode (type 2), for the users under gateway.users. A "
                                        + "wrong passcode is rejected. A positive response is sent when it is asked for. Kerberos, SAML and JWT are not "
                                        + "supported.")
                .part("Audit trail (PS3.15 A.5)")
                .text(audit(gateway.audit()));
    }

    private static String audit(AuditSettings audit) {
        if (!audit.enabled()) {
            return "Not enabled.";
        }
        String to = audit.syslog()
                .map(syslog -> ", and to a syslog server by "
                        + switch (syslog.protocol()) {
                            case UDP -> "UDP (RFC 5426)";
                            case TCP -> syslog.tls().isPresent() ? "TLS (RFC 5425)" : "TCP (RFC 6587)";
                        })
                .orElse("");
        return "Messages in the format of PS3.15 A.5 are written to files" + to + ". Patient IDs are "
                + (audit.patientIds() ? "contained in messages about transfers." : "not contained.");
    }

    private static String suites(TlsProfile profile) {
        return String.join(", ", profile.suites());
    }

    static String of(Optional<ServerTls> tls) {
        return tls.map(server -> profile(server.tls().profile())
                        + switch (server.clients()) {
                            case REQUIRED -> ", client certificate required";
                            case OPTIONAL -> ", client certificate optional";
                            case NONE -> "";
                        })
                .orElse("no");
    }

    static String ofClient(Optional<ClientTls> tls) {
        return tls.map(client -> profile(client.tls().profile())
                        + (client.tls().identity().isPresent() ? ", with a client certificate" : "")
                        + (client.verifyHostName() ? "" : ", name not checked"))
                .orElse("no");
    }

    private static String profile(TlsProfile profile) {
        return switch (profile) {
            case BCP_195 -> "bcp-195";
            case STRICT -> "strict";
        };
    }
}
