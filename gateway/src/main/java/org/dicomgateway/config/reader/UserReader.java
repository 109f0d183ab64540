package org.dicomgateway.config.reader;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.security.PasswordHash;

/** Reads {@code users}: the users that senders can name in their requests (PS3.7 D.3.3.7). */
final class UserReader {

    /** The word for a user that needs no passcode. */
    private static final String NONE = "none";

    private UserReader() {}

    /** The passcode of each user; empty when the user name is enough. */
    static Supplier<Map<String, Optional<PasswordHash>>> read(Section users) {
        Map<String, Setting<Optional<PasswordHash>>> all = new LinkedHashMap<>();
        for (String name : users.keys()) {
            users.node(name).flatMap(Node::section).ifValid(user -> {
                all.put(name, user.node("password-hash").flatMap(UserReader::passcode));
                user.finish();
            });
        }
        return () -> all.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, user -> user.getValue().get()));
    }

    private static Setting<Optional<PasswordHash>> passcode(Node node) {
        return node.unless(NONE, hash -> hash.text().map(PasswordHash::of));
    }
}
