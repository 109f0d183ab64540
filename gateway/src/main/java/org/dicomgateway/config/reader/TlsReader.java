package org.dicomgateway.config.reader;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.KeyMaterialException;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;

/** Reads {@code tls} blocks. File names are relative to the file that contains them. The files must be usable. */
public final class TlsReader {

    /** The keys that mean TLS. */
    static final List<String> KEYS = List.of("certificate", "key", "key-store", "trust");

    /** The word for the authorities that Java trusts. */
    private static final String SYSTEM = "system";

    private final Setting<Boolean> enabled;
    private final Setting<Optional<Path>> certificate;
    private final Setting<Optional<Path>> key;
    private final Setting<Optional<Path>> keyStore;
    private final Setting<Optional<String>> password;
    private final Setting<Optional<String>> passwordFile;
    private final Setting<Optional<List<Path>>> trust;
    private final Setting<TlsProfile> profile;

    private TlsReader(Section section) {
        enabled = section.flag("enabled");
        certificate = section.optional("certificate", TlsReader::path);
        key = section.optional("key", TlsReader::path);
        keyStore = section.optional("key-store", TlsReader::path);
        password = section.optional("password", Node::text);
        passwordFile = section.optional("password-file", RestReader::contents);
        trust = section.optional("trust", TlsReader::trust);
        profile = section.word("profile", TlsProfile.class);
    }

    /** Whether such a block means TLS. */
    static boolean isOn(Section section) {
        return new TlsReader(section).isEnabled();
    }

    /** The {@code tls} block of a listener. */
    static Supplier<Optional<ServerTls>> server(Section section, boolean complete) {
        TlsReader reader = new TlsReader(section);
        Setting<ClientAuthentication> clients = section.word("client-authentication", ClientAuthentication.class);
        section.finish();
        if (complete && reader.isEnabled() && clients.isValid()) {
            boolean asked = clients.get() != ClientAuthentication.NONE;
            reader.check(true, asked, "the certificates of senders are checked (client-authentication)");
        }
        return () -> reader.settings(tls -> new ServerTls(tls, clients.get()));
    }

    /** The {@code tls} block of a destination. */
    static Supplier<Optional<ClientTls>> client(Section section, boolean complete) {
        TlsReader reader = new TlsReader(section);
        Setting<Boolean> verify = section.flag("verify-host-name");
        Setting<Optional<String>> serverName = section.optional("server-name", Node::text);
        section.finish();
        if (complete && reader.isEnabled()) {
            reader.check(false, true, "the destination's certificate is checked");
        }
        return () -> reader.settings(tls -> new ClientTls(tls, verify.get(), serverName.get()));
    }

    /** A block with keys means TLS. Only {@code enabled = false}, written in a file, turns TLS off beside them. */
    private boolean isEnabled() {
        return enabled.isValid()
                && (enabled.get() || (enabled.sourceLocation().isDefault() && (hasFile() || isGiven(trust))));
    }

    private boolean hasFile() {
        return isGiven(certificate) || isGiven(key) || isGiven(keyStore);
    }

    /** A {@code tls} block as it is understood: with keys, {@code enabled} is true unless it is written. */
    public static ConfigObject effective(ConfigObject tls) {
        ConfigValue enabled = tls.get("enabled");
        return KEYS.stream()
                .map(tls::get)
                .filter(Objects::nonNull)
                .filter(key -> enabled == null
                        || SourceLocation.of(Path.of(""))
                                .child("", enabled.origin())
                                .isDefault())
                .findFirst()
                .map(key -> tls.withValue(
                        "enabled", ConfigValueFactory.fromAnyRef(true).withOrigin(key.origin())))
                .orElse(tls);
    }

    private static boolean isGiven(Setting<? extends Optional<?>> setting) {
        return !setting.isValid() || setting.get().isPresent();
    }

    private <T> Optional<T> settings(java.util.function.Function<TlsSettings, T> whole) {
        return isEnabled() ? Optional.of(whole.apply(tls())) : Optional.empty();
    }

    private TlsSettings tls() {
        return new TlsSettings(identity(), trust.get().orElse(List.of()), profile.get());
    }

    private Optional<IdentityFiles> identity() {
        Optional<Secret> secret = password.get().or(passwordFile).map(Secret::new);
        return keyStore.get()
                .<IdentityFiles>map(file -> new IdentityFiles.Pkcs12(file, secret.orElse(new Secret(""))))
                .or(() -> certificate
                        .get()
                        .map(file -> new IdentityFiles.Pem(file, key.get().orElseThrow(), secret)));
    }

    /** Checks that everything necessary is there, and that the files are usable. */
    private void check(boolean needsIdentity, boolean needsTrust, String why) {
        if (!allValid()) {
            return;
        }
        boolean pem = certificate.get().isPresent();
        boolean store = keyStore.get().isPresent();
        if (pem && store) {
            keyStore.reject("certificate is also set", "keep certificate and key, or key-store");
        } else if (pem != key.get().isPresent()) {
            (pem ? certificate : key)
                    .reject("certificate and key must be set together", pem ? "add key" : "add certificate");
        } else if (needsIdentity && !pem && !store) {
            enabled.reject(
                    "the gateway has no certificate",
                    "add certificate and key, or key-store; scripts/make-certs.sh makes test certificates");
        } else if (password.get().isPresent() && passwordFile.get().isPresent()) {
            passwordFile.reject("password is also set", "keep only one of them");
        } else if (needsTrust && trust.get().isEmpty()) {
            enabled.reject(
                    why + ", but no authority is trusted",
                    "add trust with the certificate of its authority, or trust = system");
        } else if (profile.isValid()) {
            load();
        }
    }

    private boolean allValid() {
        return certificate.isValid()
                && key.isValid()
                && keyStore.isValid()
                && password.isValid()
                && passwordFile.isValid()
                && trust.isValid();
    }

    private void load() {
        try {
            TlsContext.check(tls());
        } catch (KeyMaterialException e) {
            Setting<?> named =
                    keyStore.get().isPresent() ? keyStore : certificate.get().isPresent() ? certificate : trust;
            named.reject(String.valueOf(e.getMessage()), "");
        }
    }

    private static Setting<Path> path(Node node) {
        return node.text()
                .check(text -> !text.isEmpty(), text -> "must not be empty", "")
                .map(text -> node.sourceLocation().file().resolveSibling(text).normalize());
    }

    private static Setting<List<Path>> trust(Node node) {
        if (!node.isList() && !node.isObject()) {
            Setting<String> word = node.text();
            if (word.isValid() && word.get().equals(SYSTEM)) {
                return node.valid(List.of());
            }
        }
        List<Setting<Path>> files = node.elements().stream()
                .map(element -> element.flatMap(TlsReader::path))
                .toList();
        return files.isEmpty() ? node.emptyList() : node.all(files);
    }
}
