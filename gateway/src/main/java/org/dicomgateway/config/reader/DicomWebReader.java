package org.dicomgateway.config.reader;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;

/**
 * Reads the DICOMweb services of a destination. A destination without {@code ae-title}, {@code host} and {@code port}
 * gets its instances over them. Secrets that are renewed stay in their files; the files must be readable.
 */
final class DicomWebReader {

    /** What makes a destination a DICOM node. */
    private static final List<String> NODE = List.of("ae-title", "host", "port");

    /** What belongs to associations alone. */
    private static final Map<String, String> ASSOCIATION = Map.of(
            "calling-ae", "a request over DICOMweb names no AE title",
            "association-timeout", "over DICOMweb there is no association",
            "release-timeout", "over DICOMweb there is no association",
            "max-pdu-length", "over DICOMweb there are no PDUs",
            "pipeline", "over DICOMweb there is no asynchronous operations window");

    private static final DataSize LARGEST_REQUEST = DataSize.ofMebibytes(4096);

    private final RestReader.Shared login;
    private final Setting<WhenExists> whenExists;
    private final Supplier<Optional<DicomWebSettings>> settings;
    private final boolean web;

    private DicomWebReader(
            RestReader.Shared login,
            Setting<WhenExists> whenExists,
            Supplier<Optional<DicomWebSettings>> settings,
            boolean web) {
        this.login = login;
        this.whenExists = whenExists;
        this.settings = settings;
        this.web = web;
    }

    /** Reports problems of the defaults. */
    static void checkDefaults(Section block) {
        RestReader.shared(block);
        block.word("when-exists", WhenExists.class);
        maxRequest(block);
        bearer(block.section("auth"));
        block.finish();
    }

    private static Setting<DataSize> maxRequest(Section block) {
        return block.size("max-request", new DataSize(0), LARGEST_REQUEST);
    }

    /** Reads the block {@code dicomweb} of a destination, and reports what does not go together with it. */
    static DicomWebReader read(Section destination) {
        Section block = destination.section("dicomweb");
        boolean web = block.isWritten("url") && NODE.stream().noneMatch(destination::isWritten);
        RestReader.Shared login = RestReader.shared(block);
        Setting<WhenExists> whenExists = block.word("when-exists", WhenExists.class);
        Setting<DataSize> maxRequest = maxRequest(block);
        Supplier<Optional<BearerSource>> bearer = bearer(block.section("auth"));
        Supplier<Optional<DicomWebSettings>> settings = RestReader.address(
                block,
                login,
                (url, user) -> new DicomWebSettings(url, user, bearer.get(), whenExists.get(), maxRequest.get()));
        block.finish();
        DicomWebReader reader = new DicomWebReader(login, whenExists, settings, web);
        if (block.isWritten()) {
            reader.check(destination, block);
        }
        return reader;
    }

    private void check(Section destination, Section block) {
        Section auth = block.section("auth");
        boolean bearer = !auth.section("client-credentials").keys().isEmpty()
                || auth.keys().contains("bearer-file");
        if (bearer && login.user().isValid() && login.user().get().isPresent()) {
            login.user()
                    .reject("auth is also set: a request has one login", "keep user and password-file, or keep auth");
        }
        if (!web) {
            if (block.isWritten("when-exists")) {
                whenExists.reject(
                        "instances go to this destination by C-STORE, so dicomweb only serves to check what it holds",
                        "remove when-exists; or remove ae-title, host and port, to store over DICOMweb");
            }
            if (block.isWritten("max-request")) {
                block.node("max-request")
                        .ifValid(node -> node.reject(
                                "instances go to this destination by C-STORE",
                                "remove max-request; or remove ae-title, host and port, to store over DICOMweb"));
            }
            return;
        }
        ASSOCIATION.forEach((key, why) -> {
            if (destination.isWritten(key)) {
                destination.node(key).ifValid(node -> node.reject(why, "remove it"));
            }
        });
        Section tls = destination.section("tls");
        checkHostOfUrl(tls, "dicomweb.url");
        block.text("url")
                .check(
                        text -> text.startsWith("https:") || !(tls.isWritten("trust") || tls.isWritten("certificate")),
                        text -> "there is a tls block, but the URL begins with http:",
                        "write https, or remove the tls block");
    }

    /** The certificate of a web server must be for the host of its URL; the JDK's client knows nothing else. */
    static void checkHostOfUrl(Section tls, String url) {
        if (tls.isWritten("server-name")) {
            tls.node("server-name")
                    .ifValid(node -> node.reject(
                            "over HTTP the certificate must match the host of the URL",
                            "remove it, and write that name in " + url));
        }
        if (tls.isWritten("verify-host-name")) {
            tls.flag("verify-host-name")
                    .check(
                            verified -> verified,
                            verified -> "over HTTP the certificate always has to match the host of the URL",
                            "remove it, and write the certificate's name in " + url);
        }
    }

    private static Supplier<Optional<BearerSource>> bearer(Section auth) {
        Setting<Optional<Path>> file = auth.optional("bearer-file", DicomWebReader::readable);
        Section client = auth.section("client-credentials");
        boolean byClient = !client.keys().isEmpty();
        Setting<Optional<URI>> tokenUrl =
                client.optional("token-url", node -> node.text().map(RestReader::url));
        Setting<Optional<String>> id = client.optional("client-id", Node::text);
        Setting<Optional<Path>> secret = client.optional("secret-file", DicomWebReader::readable);
        Setting<Optional<String>> scope = client.optional("scope", Node::text);
        client.finish();
        auth.finish();
        if (byClient) {
            required(tokenUrl);
            required(id);
            required(secret);
            if (file.isValid() && file.get().isPresent()) {
                file.reject("client-credentials is also set", "keep only one of them");
            }
        }
        return () -> byClient
                ? Optional.of(new BearerSource.ClientCredentials(
                        tokenUrl.get().orElseThrow(),
                        id.get().orElseThrow(),
                        secret.get().orElseThrow(),
                        scope.get()))
                : file.get().map(BearerSource.TokenFile::new);
    }

    private static void required(Setting<? extends Optional<?>> setting) {
        if (setting.isValid() && setting.get().isEmpty()) {
            setting.reject("missing", "client-credentials needs token-url, client-id and secret-file");
        }
    }

    /** A file that can be read now. Its content is read later, each time that it is needed. */
    static Setting<Path> readable(Node node) {
        return RestReader.contents(node)
                .flatMap(content -> node.text())
                .map(text -> node.sourceLocation().file().resolveSibling(text).normalize());
    }

    /** Whether instances are stored over DICOMweb. */
    boolean isWeb() {
        return web;
    }

    /** The login, for warnings. */
    Setting<Optional<String>> password() {
        return login.password();
    }

    Optional<DicomWebSettings> get() {
        return settings.get();
    }

    /**
     * TLS to the server: with an https URL also without a {@code tls} block, and then with the authorities that Java
     * trusts.
     */
    Optional<ClientTls> tls(Optional<ClientTls> written) {
        boolean https = get().filter(dicomWeb -> "https".equals(dicomWeb.url().getScheme()))
                .isPresent();
        return https
                ? written.or(() -> Optional.of(new ClientTls(
                        new TlsSettings(Optional.empty(), List.of(), TlsProfile.BCP_195), true, Optional.empty())))
                : Optional.empty();
    }
}
