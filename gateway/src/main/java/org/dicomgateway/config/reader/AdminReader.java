package org.dicomgateway.config.reader;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TokenHash;

/** Reads {@code gateway.admin}. */
final class AdminReader {

    private AdminReader() {}

    static Supplier<AdminSettings> read(Section section) {
        Setting<Boolean> enabled = section.flag("enabled");
        Section encryption = section.section("tls");
        Supplier<Optional<ServerTls>> tls = TlsReader.server(encryption, true);
        Setting<InetAddress> address = address(section, encryption.flag("enabled"));
        Setting<Integer> port = section.integer("port", 0, 65_535);
        List<Supplier<AdminUser>> users = users(section.section("users"));
        Supplier<Optional<InetSocketAddress>> health = health(section.section("health"), port);
        section.finish();
        return () -> new AdminSettings(
                enabled.get(),
                new InetSocketAddress(address.get(), port.get()),
                users.stream().map(Supplier::get).toList(),
                tls.get(),
                health.get());
    }

    /** The port for probes; none when no port is set. */
    private static Supplier<Optional<InetSocketAddress>> health(Section section, Setting<Integer> adminPort) {
        Setting<InetAddress> address = section.text("bind").map(ListenerReader::address);
        Setting<Optional<Integer>> port = section.optional("port", node -> node.integer(0, 65_535))
                .checkWith(
                        adminPort,
                        (own, other) ->
                                own.isEmpty() || own.get() == 0 || !own.get().equals(other),
                        (own, other) -> "gateway.admin.port is " + other + " as well",
                        "give the probes a port of their own");
        section.finish();
        return () -> port.get().map(own -> new InetSocketAddress(address.get(), own));
    }

    /** Other machines may reach the interface only with a login and only over an encrypted connection. */
    private static Setting<InetAddress> address(Section section, Setting<Boolean> encrypted) {
        boolean users = !section.section("users").keys().isEmpty();
        return section.text("bind")
                .map(ListenerReader::address)
                .check(
                        bind -> bind.isLoopbackAddress() || users,
                        bind -> bind.getHostAddress()
                                + " can be reached from other machines, but there are no users: no login would be"
                                + " required",
                        "add users and tls; or set bind = 127.0.0.1 and use an SSH tunnel from other machines")
                .checkWith(
                        encrypted,
                        (bind, tls) -> bind.isLoopbackAddress() || tls,
                        (bind, tls) -> bind.getHostAddress()
                                + " can be reached from other machines, and passwords would be sent unencrypted",
                        "add tls; or set bind = 127.0.0.1 and use an SSH tunnel from other machines");
    }

    private static List<Supplier<AdminUser>> users(Section users) {
        List<Supplier<AdminUser>> drafts = new ArrayList<>();
        users.blocks().forEach((name, block) -> drafts.add(user(name, block)));
        return drafts;
    }

    private static Supplier<AdminUser> user(String name, Section block) {
        Setting.of(name, block.sourceLocation(), block.problems()).map(Limits::name);
        Setting<Role> role = block.word("role", Role.class);
        Setting<Optional<PasswordHash>> password =
                block.optional("password-hash", node -> node.text().map(PasswordHash::of));
        Setting<Optional<TokenHash>> token =
                block.optional("token-hash", node -> node.text().map(TokenHash::parse));
        if (password.isValid()
                && token.isValid()
                && password.get().isEmpty()
                && token.get().isEmpty()) {
            block.problems()
                    .add(
                            block.sourceLocation(),
                            "has neither password-hash nor token-hash",
                            "make one with the command hash-password, or hash-password --token");
        }
        block.finish();
        return () -> new AdminUser(name, role.get(), password.get(), token.get());
    }
}
