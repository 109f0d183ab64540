package org.dicomgateway.cli.check;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.config.reader.TlsOff;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.security.CertificateStatus;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.KeyMaterialException;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsSettings;

/** Warnings about settings that are allowed but not secure, and about certificates that expire soon. */
public final class SecurityWarnings {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\..*|\\[::1]");

    private final Path file;
    private final Loaded loaded;
    private final List<Warning> found = new ArrayList<>();

    private SecurityWarnings(Path file, Loaded loaded) {
        this.file = file;
        this.loaded = loaded;
    }

    /** The warnings for a configuration without problems. */
    public static List<Warning> of(Path gatewayConf, Loaded loaded, Instant now) {
        SecurityWarnings warnings = new SecurityWarnings(gatewayConf, loaded);
        warnings.settings();
        warnings.expiring(now);
        return List.copyOf(warnings.found);
    }

    /** The same without certificates, which a running gateway watches by itself. */
    public static List<Warning> ofSettings(Path gatewayConf, Loaded loaded) {
        SecurityWarnings warnings = new SecurityWarnings(gatewayConf, loaded);
        warnings.settings();
        return List.copyOf(warnings.found);
    }

    private void settings() {
        found.addAll(TlsOff.in(file));
        found.addAll(TlsOff.in(loaded.gateway().routingFile()));
        loaded.gateway().listeners().forEach(this::openTo);
        loaded.gateway().cluster().ifPresent(this::cluster);
        loaded.routing().destinations().values().forEach(this::unverified);
        loaded.routing().destinations().values().forEach(this::inTheClear);
    }

    private void openTo(ListenerSettings listener) {
        boolean mine = listener.acceptor().bind().getAddress().isLoopbackAddress();
        boolean asked = listener.acceptor()
                .tls()
                .filter(tls -> tls.clients() == ServerTls.ClientAuthentication.REQUIRED)
                .isPresent();
        boolean login =
                listener.web().filter(ListenerSettings.Web::asksForLogin).isPresent();
        boolean anybody = listener.access().stream().allMatch(SecurityWarnings::letsInAnybody);
        if (!mine && listener.web().isPresent() && listener.acceptor().tls().isEmpty()) {
            found.add(new Warning(
                    file,
                    0,
                    "gateway.listeners." + listener.name() + ".tls",
                    "images and logins travel in the clear, also what identifies patients",
                    "add tls, unless a proxy on the same machine does it and nobody else reaches this port"));
        }
        if (!mine && !asked && !login && anybody) {
            found.add(new Warning(
                    file,
                    0,
                    "gateway.listeners." + listener.name(),
                    "everybody who can reach "
                            + listener.acceptor().bind().getAddress().getHostAddress() + " may send",
                    "list the allowed senders in access"));
        }
    }

    private void cluster(ClusterSettings cluster) {
        if (cluster.allowSingle()) {
            found.add(new Warning(
                    file,
                    0,
                    "gateway.cluster.allow-single",
                    "while the database has no synchronous standby, the loss of its machine loses what was accepted",
                    "leave it off, and set it only for as long as a standby is being repaired"));
        }
        if (!loaded.gateway().commitment().senders().isEmpty()) {
            found.add(new Warning(
                    file,
                    0,
                    "gateway.senders",
                    "a request of storage commitment is on the disk of the gateway that got it: when that gateway is "
                            + "lost, the sender gets no report",
                    "see docs/cluster.md"));
        }
    }

    private static boolean letsInAnybody(AccessRule rule) {
        return rule.callingAe().isEmpty()
                && rule.remoteHost().isEmpty()
                && rule.certificate().isEmpty()
                && rule.user().isEmpty();
    }

    private void inTheClear(DestinationSettings destination) {
        destination
                .dicomWeb()
                .filter(web -> destination.isWeb() && "http".equals(web.url().getScheme()))
                .filter(web -> !LOOPBACK.matcher(web.url().getHost()).matches())
                .ifPresent(web -> found.add(new Warning(
                        loaded.gateway().routingFile(),
                        0,
                        "destinations." + destination.name() + ".dicomweb.url",
                        "images and the login travel in the clear, also what identifies patients",
                        "use https")));
    }

    private void unverified(DestinationSettings destination) {
        Optional<ClientTls> tls = destination.requestor().tls();
        if (tls.isPresent() && !tls.get().verifyHostName()) {
            found.add(new Warning(
                    loaded.gateway().routingFile(),
                    0,
                    "destinations." + destination.name() + ".tls.verify-host-name",
                    "anyone with a certificate of a trusted authority can pose as " + destination.name(),
                    "leave it on, and set server-name if the certificate is for another name"));
        }
    }

    private void expiring(Instant now) {
        Map<String, TlsSettings> all = new LinkedHashMap<>();
        loaded.gateway()
                .listeners()
                .forEach(listener -> listener.acceptor()
                        .tls()
                        .ifPresent(tls -> all.put("gateway.listeners." + listener.name() + ".tls", tls.tls())));
        loaded.routing()
                .destinations()
                .values()
                .forEach(destination -> destination
                        .requestor()
                        .tls()
                        .ifPresent(tls -> all.put("destinations." + destination.name() + ".tls", tls.tls())));
        all.forEach((key, tls) -> certificate(tls)
                .filter(own -> own.expiresSoon(now))
                .ifPresent(own -> found.add(new Warning(own.file(), 0, key, expiry(own, now), "renew it"))));
    }

    /** Ignores a certificate that can no longer be read: loading it the next time reports the problem. */
    private static Optional<CertificateStatus> certificate(TlsSettings tls) {
        try {
            return TlsContext.check(tls);
        } catch (KeyMaterialException e) {
            return Optional.empty();
        }
    }

    private static String expiry(CertificateStatus own, Instant now) {
        long days = own.daysLeft(now);
        return "the certificate " + (days < 0 ? "has expired" : "expires in " + days + " days") + " (" + own.notAfter()
                + ")";
    }
}
