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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the current content of the files of some {@link TlsSettings}. {@link #look} loads changed files; they
 * apply to later connections. Files that cannot be used change nothing, except for a line in the log. For any number
 * of threads.
 */
public final class TlsContext {

    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private static final String ABSENT = "";

    static {
        // Otherwise a TLS 1.2 client can force any number of key agreements in one connection, at the cost of the
        // gateway (RFC 9325 3.5). Java has no other setting for this, and reads it when it makes its first
        // connection.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final TlsSettings settings;
    private volatile @Nullable KeyMaterial material;
    private String seen;
    private String settled;
    private long warnedOfDays = Long.MAX_VALUE;

    /** Reads the files. While they cannot be used, every connection fails. */
    TlsContext(TlsSettings settings) {
        this.settings = settings;
        this.seen = digest();
        this.settled = seen;
        try {
            material = KeyMaterial.read(settings);
        } catch (KeyMaterialException e) {
            LOG.error("no TLS until you repair this: {}", e.getMessage());
        }
    }

    /**
     * Checks whether these files can be used now.
     *
     * @return the gateway's certificate, if the settings name one
     * @throws KeyMaterialException when a file cannot be used; the message names the file and the problem
     */
    public static Optional<CertificateStatus> check(TlsSettings settings) throws KeyMaterialException {
        return status(settings, KeyMaterial.read(settings));
    }

    /** Adds TLS to an accepted connection, before the handshake. Closing it also closes {@code wire}. */
    public SSLSocket accepted(Socket wire, ClientAuthentication clients) throws IOException {
        SSLSocket socket = (SSLSocket) material().context().getSocketFactory().createSocket(wire, null, true);
        socket.setSSLParameters(accepting(clients));
        return socket;
    }

    /** TLS for an accepted connection, for code that moves the bytes itself. */
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

    /** Adds TLS to a connection that the gateway opened, before the handshake. Closing it also closes {@code wire}. */
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

    /**
     * The context for a client that makes its own connections. After a renewal of the files it is another one.
     *
     * @throws IOException when the files cannot be used
     */
    public SSLContext context() throws IOException {
        return material().context();
    }

    /** Protocols, cipher suites and key strengths for a client that makes its own connections. */
    public SSLParameters parameters() {
        return settings.profile().parameters();
    }

    /** The gateway's certificate in use; empty when there is none. */
    public Optional<CertificateStatus> certificate() {
        KeyMaterial current = material;
        return current == null ? Optional.empty() : status(settings, current);
    }

    /**
     * Checks the files, and loads them when they have changed and are complete: when two checks in a row see the same
     * content. Logs this. Once a day, logs a warning when the gateway's certificate expires soon.
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
                    "certificates or keys changed, but cannot be used; {}: {}",
                    material == null ? "no TLS until you repair this" : "the earlier ones stay in use",
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
            throw new IOException("the gateway's certificates and keys cannot be used; see the log for the reason");
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

    /** Compares the content, so a replaced file or a changed link is always noticed. */
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
