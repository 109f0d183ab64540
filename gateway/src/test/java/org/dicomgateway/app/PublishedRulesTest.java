package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.settings.RoutingSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real files. */
class PublishedRulesTest {

    private static final String RULES = """
            destinations { a { ae-title = A, host = localhost, port = 104 } }
            routes = [ { name = all, to = a } ]
            """;

    @TempDir
    private Path folder;

    private PublishedRules published(Path routing) throws Exception {
        Files.writeString(folder.resolve("gateway.conf"), "");
        RulesInForce rules = new RulesInForce(
                routing, Configuration.loadRouting(routing), () -> Instant.parse("2026-03-01T12:00:00Z"));
        rules.tell(new RulesInForce.Followers() {
            @Override
            public void follow(RoutingSettings settings) {}

            @Override
            public void planAgain() {}
        });
        return new PublishedRules(
                rules, new RulesWatcher(routing, rules, new RestartNeeds(folder.resolve("gateway.conf"))));
    }

    private Path routing() throws IOException {
        return Files.writeString(folder.resolve("routing.conf"), RULES);
    }

    @Test
    void a_local_file_that_is_not_utf_8_is_replaced_as_well() throws Exception {
        Path file = routing();
        PublishedRules published = published(file);
        byte[] broken = "# Universit\u00e4t\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, broken);
        String next = RULES + "# next\n";
        assertThat(published.problems(next)).isEmpty();
        published.putInForce(next, "operator");
        assertThat(file).hasContent(next);
        assertThat(folder.resolve("routing.conf.before")).hasBinaryContent(broken);
    }

    @Test
    void what_a_link_leads_to_is_replaced_and_read_as_the_link_is() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Path file = Files.writeString(shared.resolve("routing.conf"), RULES);
        Path conf = Files.createDirectory(folder.resolve("conf"));
        Path link = Files.createSymbolicLink(conf.resolve("routing.conf"), file);
        // The gateway resolves includes beside the link.
        Files.writeString(shared.resolve("more.conf"), "");
        Files.writeString(conf.resolve("more.conf"), "routes = 7");
        PublishedRules published = published(link);
        String next = RULES + "include \"more.conf\"\n";
        assertThat(published.problems(next)).as("what holds at the link").isNotEmpty();
        Files.writeString(conf.resolve("more.conf"), "");
        Files.writeString(shared.resolve("more.conf"), "routes = 7");
        assertThat(published.problems(next)).isEmpty();
        published.putInForce(next, "operator");
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent(next);
    }

    @Test
    void what_stands_in_the_place_of_the_proposed_file_is_not_written_through() throws Exception {
        Path file = routing();
        Path other = Files.writeString(folder.resolve("other"), "precious");
        Files.createSymbolicLink(folder.resolve("routing.conf.proposed"), other);
        PublishedRules published = published(file);
        assertThat(published.problems(RULES)).isEmpty();
        assertThat(other).hasContent("precious");
        assertThat(folder.resolve("routing.conf.proposed")).doesNotExist();
    }

    @Test
    void what_the_database_cannot_keep_is_refused_with_a_reason() throws Exception {
        assertThat(published(routing()).problems(RULES + "# a\0b\n"))
                .singleElement()
                .asString()
                .contains("U+0000");
    }
}
