package org.dicomgateway.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.AdminUser.Role;

/** Reads {@code gateway.admin}. */
final class AdminReader {

    private AdminReader() {}

    static Supplier<AdminSettings> read(Section section) {
        Setting<Boolean> enabled = section.flag("enabled");
        Setting<InetAddress> address = section.text("bind")
                .map(ListenerReader::address)
                .check(
                        InetAddress::isLoopbackAddress,
                        bind -> bind.getHostAddress()
                                + " can be reached from other machines, and what is sent there can be read on the way",
                        "bind = 127.0.0.1, and a reverse proxy or an SSH tunnel for access from elsewhere");
        Setting<Integer> port = section.integer("port", 0, 65_535);
        List<Supplier<AdminUser>> users = users(section.section("users"));
        section.finish();
        return () -> new AdminSettings(
                enabled.get(),
                new InetSocketAddress(address.get(), port.get()),
                users.stream().map(Supplier::get).toList());
    }

    private static List<Supplier<AdminUser>> users(Section users) {
        List<Supplier<AdminUser>> drafts = new ArrayList<>();
        users.blocks().forEach((name, block) -> drafts.add(user(name, block)));
        return drafts;
    }

    private static Supplier<AdminUser> user(String name, Section block) {
        Setting.of(name, block.place(), block.problems()).map(Limits::name);
        Setting<Role> role = block.word("role", Role.class);
        Setting<Optional<PasswordHash>> password =
                block.optional("password-hash", node -> node.text().map(PasswordHash::parse));
        Setting<Optional<TokenHash>> token =
                block.optional("token-hash", node -> node.text().map(TokenHash::parse));
        if (password.isValid()
                && token.isValid()
                && password.get().isEmpty()
                && token.get().isEmpty()) {
            block.problems()
                    .add(
                            block.place(),
                            "has neither password-hash nor token-hash",
                            "make one with scripts/gateway hash-password, or hash-password --token");
        }
        block.finish();
        return () -> new AdminUser(name, role.get(), password.get(), token.get());
    }
}
