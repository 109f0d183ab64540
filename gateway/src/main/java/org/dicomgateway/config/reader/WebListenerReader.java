package org.dicomgateway.config.reader;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.ListenerSettings.Web.Jwt;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.ServerTls;
import org.jspecify.annotations.Nullable;

/** Reads what a listener with {@code type = dicomweb} has beside others, and what does not go together with it. */
public final class WebListenerReader {

    private static final String NONE = "none";
    private static final int MAX_INSTANCES = 100_000;

    /** What a listener receives by. */
    private enum Type {
        DICOM,
        DICOMWEB
    }

    private static final Map<String, String> NOT_WEB = Map.of(
            "max-pdu-length", "over DICOMweb there are no PDUs",
            "proxy-protocol", "a listener over DICOMweb reads no header of a proxy");

    private static final List<String> ONLY_WEB = List.of("calling-ae", "max-instances", "auth");

    private final Section listener;
    private final boolean whole;
    private final boolean web;
    private final Supplier<ListenerSettings.Web> settings;

    private WebListenerReader(Section listener, boolean whole, boolean web, Supplier<ListenerSettings.Web> settings) {
        this.listener = listener;
        this.whole = whole;
        this.web = web;
        this.settings = settings;
    }

    /** The keys that a listener of this block's type must not have. None for a block that is no listener. */
    public static Collection<String> foreignKeys(ConfigObject block) {
        @Nullable ConfigValue type = block.get("type");
        if (type == null || !block.containsKey("max-instances")) {
            return List.of();
        }
        return Type.DICOMWEB.name().equalsIgnoreCase(String.valueOf(type.unwrapped())) ? NOT_WEB.keySet() : ONLY_WEB;
    }

    /** @param whole true for a listener; false for the defaults */
    static WebListenerReader read(String name, Section listener, Setting<List<AeTitle>> aeTitles, boolean whole) {
        Setting<Type> type = listener.word("type", Type.class);
        boolean web = whole && type.isValid() && type.get() == Type.DICOMWEB;
        Setting<Optional<AeTitle>> calling =
                listener.optional("calling-ae", node -> node.text().map(AeTitle::of));
        Setting<Integer> instances = listener.integer("max-instances", 1, MAX_INSTANCES);
        Section auth = listener.section("auth");
        Supplier<Map<String, PasswordHash>> users = users(auth.section("users"));
        Supplier<Optional<Jwt>> jwt = jwt(auth.section("jwt"));
        auth.finish();
        if (web) {
            NOT_WEB.forEach((key, why) -> reject(listener, key, why));
            aeTitles.check(
                    titles -> titles.size() == 1,
                    titles -> "a request over DICOMweb calls no AE title: one stands for it",
                    "keep one");
        } else if (whole) {
            ONLY_WEB.forEach(key -> reject(listener, key, "this is for a listener with type = dicomweb"));
        }
        // Checked here, and not when the settings are taken: a name is no AE title.
        Setting<AeTitle> named = web && calling.isValid() && calling.get().isEmpty()
                ? Setting.of(name, listener.sourceLocation(), listener.problems())
                        .check(
                                WebListenerReader::isTitle,
                                text ->
                                        "the name of the listener stands for the calling AE title of its senders, and is"
                                                + " none",
                                "set calling-ae")
                        .map(AeTitle::of)
                : calling.map(title -> title.orElse(AeTitle.of("NONE")));
        return new WebListenerReader(
                listener,
                whole,
                web,
                () -> new ListenerSettings.Web(named.get(), instances.get(), users.get(), jwt.get()));
    }

    Optional<ListenerSettings.Web> settings() {
        return web ? Optional.of(settings.get()) : Optional.empty();
    }

    /** Other machines may reach such a listener without TLS only when that is said. */
    Supplier<Optional<ServerTls>> tls(Setting<InetAddress> address) {
        if (web && listener.isWritten("tls")) {
            Setting<Boolean> none = listener.node("tls")
                    .flatMap(node -> node.unless(NONE, node::valid))
                    .map(Optional::isEmpty);
            if (none.isValid() && none.get()) {
                return Optional::empty;
            }
        }
        Section block = listener.section("tls");
        boolean enabled = TlsReader.isOn(block);
        Supplier<Optional<ServerTls>> tls = TlsReader.server(block, whole);
        if (web) {
            address.check(
                    bind -> enabled || bind.isLoopbackAddress(),
                    bind -> bind.getHostAddress()
                            + " can be reached from other machines, and images and logins would travel in the clear",
                    "add tls; or say tls = none, behind a proxy that does TLS");
        }
        return tls;
    }

    private static void reject(Section listener, String key, String why) {
        if (listener.isWritten(key)) {
            listener.node(key).ifValid(node -> node.reject(why, "remove it"));
        }
    }

    private static boolean isTitle(String name) {
        try {
            return !AeTitle.of(name).value().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Supplier<Map<String, PasswordHash>> users(Section section) {
        Map<String, Setting<PasswordHash>> all = new LinkedHashMap<>();
        section.blocks().forEach((name, user) -> {
            Setting.of(name, user.sourceLocation(), user.problems()).map(Limits::name);
            all.put(name, user.text("password-hash").map(PasswordHash::of));
            user.finish();
        });
        return () -> all.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, user -> user.getValue().get()));
    }

    private static Supplier<Optional<Jwt>> jwt(Section section) {
        if (section.keys().isEmpty()) {
            return Optional::empty;
        }
        Setting<String> issuer = text(section, "issuer");
        Setting<String> audience = text(section, "audience");
        Setting<URI> keys = section.node("jwks").flatMap(WebListenerReader::keys);
        section.finish();
        return () -> Optional.of(new Jwt(issuer.get(), audience.get(), keys.get()));
    }

    private static Setting<String> text(Section section, String key) {
        return section.text(key).check(text -> !text.isEmpty(), text -> "must not be empty", "");
    }

    /** Who can change the keys on their way can make every token: only https, or this machine. */
    private static Setting<URI> keys(Node node) {
        Setting<String> text = node.text();
        boolean url = text.isValid() && text.get().matches("https?:.*");
        if (!url) {
            return DicomWebReader.readable(node).map(Path::toUri);
        }
        return text.map(RestReader::url)
                .check(
                        address -> "https".equals(address.getScheme()) || isThisMachine(address.getHost()),
                        address -> "whoever can change the keys on their way can make every token",
                        "write https");
    }

    private static boolean isThisMachine(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return bare.equals("localhost")
                || IpAddress.parse(bare).filter(IpAddress::isLoopback).isPresent();
    }
}
