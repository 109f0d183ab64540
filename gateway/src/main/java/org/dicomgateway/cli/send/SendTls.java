package org.dicomgateway.cli.send;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.FileTrouble;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.KeyMaterialException;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of who calls by TLS. */
final class SendTls {

    @Option(
            names = "--tls",
            description =
                    "Call by TLS; the options below imply it. A destination is called as routing.conf says anyway.")
    private boolean enabled;

    @Option(
            names = "--tls-trust",
            paramLabel = "FILE",
            description =
                    "Certificates of the authorities to trust, PEM; may be given several times (default: those that"
                            + " this Java trusts).")
    private final List<Path> trust = new ArrayList<>();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Our certificate, PEM; goes with --tls-key.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
    private @Nullable Path key;

    @Option(names = "--tls-key-password", paramLabel = "FILE", description = "File with the password of that key.")
    private @Nullable Path password;

    @Option(names = "--tls-any-name", description = "Do not check that the certificate is for the host that is called.")
    private boolean anyName;

    /**
     * How to call; empty when no option asks for TLS.
     *
     * @throws IllegalArgumentException with a message for a person when the options or their files do not fit
     */
    Optional<ClientTls> settings() {
        boolean asked = enabled || anyName || !trust.isEmpty() || certificate != null || key != null;
        if (!asked) {
            return Optional.empty();
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("--tls-cert and --tls-key go together");
        }
        TlsSettings tls = new TlsSettings(identity(), trust, TlsProfile.BCP_195);
        try {
            TlsContext.check(tls);
        } catch (KeyMaterialException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return Optional.of(new ClientTls(tls, !anyName, Optional.empty()));
    }

    private Optional<IdentityFiles> identity() {
        return certificate == null || key == null
                ? Optional.empty()
                : Optional.of(new IdentityFiles.Pem(certificate, key, secret()));
    }

    private Optional<Secret> secret() {
        if (password == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Secret(
                    Files.readString(password, StandardCharsets.UTF_8).strip()));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read the password from " + password + ": " + FileTrouble.of(e), e);
        }
    }
}
