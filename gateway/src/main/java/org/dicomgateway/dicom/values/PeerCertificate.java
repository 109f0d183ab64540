package org.dicomgateway.dicom.values;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * A valid certificate that a peer has shown.
 *
 * @param subject in the form of RFC 2253: {@code CN=ct1.example.org,O=Hospital}
 * @param names its subject alternative names (RFC 5280 4.2.1.6): {@code dns:ct1.example.org}, {@code ip:10.1.2.3},
 *     {@code email:…}, {@code uri:…}
 */
public record PeerCertificate(String subject, List<String> names) {

    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    /** Copies the list. */
    public PeerCertificate {
        names = List.copyOf(names);
    }

    /** The certificate of the peer in a session. Empty when the gateway asked for none, or the peer had none. */
    public static Optional<PeerCertificate> of(SSLSession session) {
        try {
            Certificate shown = session.getPeerCertificates()[0];
            return shown instanceof X509Certificate x509 ? Optional.of(of(x509)) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static PeerCertificate of(X509Certificate certificate) {
        return new PeerCertificate(certificate.getSubjectX500Principal().getName(), namesOf(certificate));
    }

    /** Names that cannot be read are left out, so that no rule matches them. */
    private static List<String> namesOf(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> name : all == null ? List.<List<?>>of() : all) {
                String kind = switch ((Integer) name.get(0)) {
                    case EMAIL -> "email:";
                    case DNS -> "dns:";
                    case URI -> "uri:";
                    case IP -> "ip:";
                    default -> "";
                };
                if (!kind.isEmpty()) {
                    names.add(kind + name.get(1));
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return names;
    }
}
