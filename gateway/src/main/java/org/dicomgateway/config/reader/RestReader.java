package org.dicomgateway.config.reader;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.RestSettings.Login;
import org.dicomgateway.security.FileTrouble;

/**
 * Reads the REST API of a destination, and what it has in common with its DICOMweb services: a URL and a login. Reads a
 * password file at once, so that the settings are complete.
 */
final class RestReader {

    private static final Duration MIN_INTERVAL = Duration.ofSeconds(5);

    private static final int MAX_PORT = 0xFFFF;

    private RestReader() {}

    /** The login, which destinations can have in common. */
    record Shared(
            Setting<Optional<String>> user,
            Setting<Optional<String>> password,
            Setting<Optional<String>> passwordFile) {}

    static Shared shared(Section block) {
        return new Shared(
                block.optional("user", Node::text),
                block.optional("password", Node::text),
                block.optional("password-file", RestReader::contents));
    }

    static Setting<Duration> interval(Section block) {
        return block.duration("interval", MIN_INTERVAL, Limits.MAX_TIMEOUT);
    }

    /** The API of one destination; empty when it has no {@code url}. */
    static Supplier<Optional<RestSettings>> read(Section block, Shared shared) {
        Setting<Duration> interval = interval(block);
        return address(block, shared, (url, login) -> new RestSettings(url, login, interval.get()));
    }

    /** What is at the {@code url} of a block, with its login; empty when the block is not written. */
    static <T> Supplier<Optional<T>> address(
            Section block, Shared shared, BiFunction<URI, Optional<Login>, T> settings) {
        if (!block.isWritten()) {
            return Optional::empty;
        }
        Setting<URI> url = block.text("url").map(RestReader::url);
        checkLogin(shared);
        return () -> Optional.of(settings.apply(url.get(), login(shared)));
    }

    static void checkLogin(Shared shared) {
        boolean user = isThere(shared.user);
        boolean password = isThere(shared.password);
        boolean file = isThere(shared.passwordFile);
        if (password && file) {
            shared.passwordFile.reject("password is also set", "keep only one of them");
        } else if (user && !password && !file && shared.passwordFile.isValid()) {
            shared.user.reject("there is no password", "add password-file, or password = ${?NAME_OF_A_VARIABLE}");
        } else if (!user && (password || file)) {
            (password ? shared.password : shared.passwordFile).reject("there is no user", "add user");
        }
    }

    private static boolean isThere(Setting<Optional<String>> setting) {
        return setting.isValid() && setting.get().isPresent();
    }

    private static Optional<Login> login(Shared shared) {
        return shared.user
                .get()
                .map(user -> new Login(
                        user, shared.password.get().or(shared.passwordFile).orElseThrow()));
    }

    static URI url(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw notAnAddress();
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException("the address contains a login; write it as user and password-file");
        }
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        boolean port = url.getPort() == -1 || (url.getPort() > 0 && url.getPort() <= MAX_PORT);
        if (!web || !port || url.getHost() == null || url.getQuery() != null || url.getFragment() != null) {
            throw notAnAddress();
        }
        return url;
    }

    /** The message does not contain the text: the text may contain a login in an unknown form. */
    private static IllegalArgumentException notAnAddress() {
        return new IllegalArgumentException(
                "not an address of a web server; write for example \"http://localhost:8042\", with quotes");
    }

    /** The content of the named file. A relative path is relative to the file that names it. */
    static Setting<String> contents(Node node) {
        return node.text()
                .map(text -> node.sourceLocation().file().resolveSibling(text))
                .flatMap(file -> contents(node, file));
    }

    private static Setting<String> contents(Node node, Path file) {
        try {
            String password = Files.readString(file).strip();
            return password.isEmpty() ? node.reject("is empty: " + file, "") : node.valid(password);
        } catch (IOException e) {
            return node.reject("cannot be read: " + file + " (" + FileTrouble.of(e) + ")", "");
        }
    }
}
