package org.dicomgateway.security;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS by some {@link TlsSettings}, with what their files hold now. Files that change are taken up by {@link #look}, for
 * connections made from then on; files that cannot be used change nothing, but for a line in the log. For any number of
 * threads.
 */
public final class TlsContext {

    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private static final String ABSENT = "";

    static {
        // A client of TLS 1.2 may otherwise have keys agreed on as often as it likes in one connection, at our cost
        // (RFC
        // 9325 3.5). Java has no other way to say so, and reads this when it makes its first connection.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final TlsSettings settings;
    private volatile @Nullable KeyMaterial material;
    private String seen;
    private String settled;
    private long warnedOfDays = Long.MAX_VALUE;

    /** Reads the files; if they cannot be used, every connection fails until they can be. */
    TlsContext(TlsSettings settings) {
        this.settings = settings;
        this.seen = digest();
        this.settled = seen;
        try {
            material = KeyMaterial.read(settings);
        } catch (KeyMaterialException e) {
            LOG.error("no TLS until this is mended: {}", e.getMessage());
        }
    }

    /**
     * Whether these files can be used now.
     *
     * @return our certificate, if the settings name one
     * @throws KeyMaterialException with what is wrong with which file
     */
    public static Optional<CertificateStatus> check(TlsSettings settings) throws KeyMaterialException {
        return status(settings, KeyMaterial.read(settings));
    }

    /** Puts TLS on a connection that was accepted; the handshake is yet to come. {@code wire} is closed with it. */
    public SSLSocket accepted(Socket wire, ClientAuthentication clients) throws IOException {
        SSLSocket socket = (SSLSocket) material().context().getSocketFactory().createSocket(wire, null, true);
        socket.setSSLParameters(accepting(clients));
        return socket;
    }

    /** TLS for a connection that was accepted, for those who move its bytes themselves. */
    public SSLEngine engine(ClientAuthentication clients) throws IOException {
        SSLEngine engine = material().context().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(accepting(clients));
        return engine;
    }

    private SSLParameters accepting(ClientAuthentication clients) {
        SSLParameters parameters = settings.profile().parameters();
        switch (clients) {
            case REQUIRED -> parameters.setNeedClientAuth(true);
            case OPTIONAL -> parameters.setWantClientAuth(true);
            case NONE -> parameters.setNeedClientAuth(false);
        }
        return parameters;
    }

    /** Puts TLS on a connection that was made to a host; the handshake is yet to come. {@code wire} is closed with it. */
    public SSLSocket connected(Socket wire, String host, int port, ClientTls client) throws IOException {
        String name = client.serverName().orElse(host);
        SSLSocket socket = (SSLSocket) material().context().getSocketFactory().createSocket(wire, name, port, true);
        SSLParameters parameters = settings.profile().parameters();
        parameters.setServerNames(socket.getSSLParameters().getServerNames());
        if (client.verifyHostName()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** Our certificate in force; empty when there is none. */
    public Optional<CertificateStatus> certificate() {
        KeyMaterial current = material;
        return current == null ? Optional.empty() : status(settings, current);
    }

    /**
     * Looks at the files and takes up what has changed and stopped changing: what was the same at two looks. Says so, and
     * once a day that our certificate expires soon.
     */
    synchronized void look(Instant now) {
        String digest = digest();
        boolean calm = digest.equals(seen);
        seen = digest;
        if (calm && !digest.equals(settled)) {
            settled = digest;
            takeUp();
        }
        certificate().filter(own -> own.expiresSoon(now)).ifPresent(own -> warn(own, own.daysLeft(now)));
    }

    private void takeUp() {
        try {
            material = KeyMaterial.read(settings);
            warnedOfDays = Long.MAX_VALUE;
            LOG.info(
                    "certificates and keys were renewed{}",
                    certificate()
                            .map(own -> ": " + own.file() + " is valid until " + own.notAfter())
                            .orElse(""));
        } catch (KeyMaterialException e) {
            LOG.error(
                    "changed, and cannot be used; {}: {}",
                    material == null ? "no TLS until this is mended" : "what was read before stays in force",
                    e.getMessage());
        }
    }

    private void warn(CertificateStatus own, long days) {
        if (days < warnedOfDays) {
            warnedOfDays = days;
            LOG.warn(
                    "the certificate {} {} ({}); peers {} refuse it",
                    own.file(),
                    days < 0 ? "has expired" : "expires in " + days + " days",
                    own.notAfter(),
                    days < 0 ? "now" : "will then");
        }
    }

    private KeyMaterial material() throws IOException {
        KeyMaterial current = material;
        if (current == null) {
            throw new IOException("our certificates and keys cannot be used; the log says why");
        }
        return current;
    }

    private static Optional<CertificateStatus> status(TlsSettings settings, KeyMaterial material) {
        return settings.identity().flatMap(files -> material.own().map(own -> statusOf(files.certificate(), own)));
    }

    private static CertificateStatus statusOf(Path file, X509Certificate own) {
        return new CertificateStatus(
                file, own.getSubjectX500Principal().getName(), own.getNotAfter().toInstant());
    }

    /** By content: neither a file that was replaced nor a link that points elsewhere now deceives it. */
    private String digest() {
        try {
            MessageDigest all = MessageDigest.getInstance("SHA-256");
            for (Path file : settings.files()) {
                all.update(content(file));
            }
            return HexFormat.of().formatHex(all.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return ABSENT.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
