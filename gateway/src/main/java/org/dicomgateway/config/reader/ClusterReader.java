package org.dicomgateway.config.reader;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.ClusterSettings;
import org.dicomgateway.config.settings.ClusterSettings.PostgresqlSettings;
import org.dicomgateway.config.settings.Limits;

/** Reads {@code cluster}. A gateway is in a cluster when it has a {@code node} there. */
final class ClusterReader {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);
    private static final String SCHEME = "postgresql://";

    private ClusterReader() {}

    static Supplier<Optional<ClusterSettings>> read(Section cluster) {
        Setting<Optional<String>> node = cluster.optional("node", Node::text).map(name -> name.map(Limits::name));
        Setting<Duration> lease = cluster.duration("lease", SHORTEST_LEASE, Limits.MAX_TIMEOUT);
        Setting<Duration> patience = cluster.duration("patience", Duration.ofSeconds(2), Limits.MAX_TIMEOUT);
        Setting<Boolean> allowSingle = cluster.flag("allow-single");
        Section postgresql = cluster.section("postgresql");
        Setting<Optional<String>> url =
                postgresql.optional("url", Node::text).map(text -> text.map(ClusterReader::url));
        Setting<String> user = postgresql.text("user");
        Setting<Optional<String>> password = postgresql.optional("password", Node::text);
        Setting<Optional<String>> file = postgresql.optional("password-file", RestReader::contents);
        postgresql.finish();
        cluster.finish();
        if (node.isValid()
                && node.get().isPresent()
                && url.isValid()
                && url.get().isEmpty()) {
            url.reject("is missing", "a cluster needs a database, such as url = \"postgresql://db1,db2,db3/gateway\"");
        }
        if (password.isValid()
                && password.get().isPresent()
                && file.isValid()
                && file.get().isPresent()) {
            file.reject("password is also set", "keep only one of them");
        }
        return () -> node.get()
                .map(name -> new ClusterSettings(
                        name,
                        new PostgresqlSettings(
                                url.get().orElseThrow(),
                                user.get(),
                                password.get().or(file::get)),
                        lease.get(),
                        patience.get(),
                        allowSingle.get()));
    }

    /** The message does not contain the text: it may contain a password. */
    private static String url(String text) {
        if (!text.startsWith(SCHEME) || text.length() == SCHEME.length()) {
            throw new IllegalArgumentException(
                    "not an address of PostgreSQL; write for example \"postgresql://db1,db2/gateway\", with quotes");
        }
        if (text.contains("@") || text.contains("password=")) {
            throw new IllegalArgumentException("the address contains a login; write it as user and password-file");
        }
        return text;
    }
}
