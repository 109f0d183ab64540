package org.dicomgateway.security;

import java.security.AlgorithmConstraints;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;

/**
 * Protocols, cipher suites and key strengths: TLS 1.3 and 1.2 only; RSA keys with at least 2048 bits and elliptic
 * curves with at least 256 bits; no SHA-1, no MD5.
 */
public enum TlsProfile {
    /** PS3.15 B.12, "BCP 195 RFC 8996, 9325 TLS Profile": with TLS 1.2 the four suites that RFC 9325 4.2 recommends. */
    BCP_195(
            List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
            List.of(
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")),

    /**
     * PS3.15 B.13, "Modified BCP 195 RFC 8996, 9325 TLS Profile": only the suites that it lists, in its order of
     * strength, as far as Java has them (no CCM, no Camellia). Keys of peers must be as strong as it requires.
     */
    STRICT(
            List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"),
            List.of(
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final AlgorithmConstraints STRENGTH = new Strength();

    @SuppressWarnings("ImmutableEnumChecker") // Stream.toList makes it immutable
    private final List<String> suites;

    TlsProfile(List<String> tls13, List<String> tls12) {
        this.suites = Stream.concat(tls13.stream(), tls12.stream()).toList();
    }

    /** The cipher suites, the preferred one first. */
    public List<String> suites() {
        return suites;
    }

    /** Parameters for one connection. The caller still sets which side is checked. */
    SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters(suites.toArray(String[]::new), PROTOCOLS.clone());
        parameters.setUseCipherSuitesOrder(true);
        parameters.setAlgorithmConstraints(STRENGTH);
        return parameters;
    }
}
