package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.ReloadView.Outcome;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real files, saved in all the ways in which editors and deployments save them. */
class RulesWatcherTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    private Path file;
    private RulesInForce rules;
    private RulesWatcher watcher;
    private final Stage stage = new Stage();

    @BeforeEach
    void begin() throws Exception {
        file = folder.resolve("routing.conf");
        write(file, rules("one"));
        write(folder.resolve("gateway.conf"), "");
        open(file);
    }

    private void open(Path routing) throws Exception {
        rules = new RulesInForce(routing, Configuration.loadRouting(routing), () -> NOW);
        rules.tell(stage);
        watcher = new RulesWatcher(routing, rules, new RestartNeeds(folder.resolve("gateway.conf")));
    }

    @AfterEach
    void end() {
        watcher.close();
    }

    @Test
    void a_saved_file_is_in_force_without_anybody_asking() throws IOException {
        watcher.start();
        write(file, rules("one", "two"));
        // The stages get the new destinations a moment before the rules are in force.
        await().atMost(Duration.ofSeconds(10)).until(() -> rules.table().version() == NOW.getEpochSecond() + 1);
        assertThat(routes()).containsExactly("one", "two");
    }

    @Test
    void a_file_is_read_when_it_was_the_same_at_two_looks() throws IOException {
        write(file, rules("two"));
        watcher.lookOnce();
        assertThat(routes()).as("it may not be complete").containsExactly("one");
        watcher.lookOnce();
        assertThat(routes()).containsExactly("two");
    }

    @Test
    void a_file_that_is_written_in_two_steps_is_read_when_it_is_complete() throws IOException {
        String text = rules("two");
        write(file, text.substring(0, text.length() / 2));
        watcher.lookOnce();
        Files.writeString(file, text.substring(text.length() / 2), StandardOpenOption.APPEND);
        watcher.lookOnce();
        watcher.lookOnce();
        assertThat(routes()).containsExactly("two");
        assertThat(rules.broken()).isEmpty();
    }

    @Test
    void a_file_that_an_editor_replaces_is_read() throws IOException {
        Path draft = write(folder.resolve(".routing.conf.swp"), rules("two"));
        Files.setLastModifiedTime(draft, Files.getLastModifiedTime(file));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        settle();
        assertThat(routes()).containsExactly("two");
    }

    @Test
    void a_file_that_is_gone_changes_nothing_until_it_is_back() throws IOException {
        Files.delete(file);
        settle();
        assertThat(routes()).containsExactly("one");
        assertThat(rules.broken())
                .hasValueSatisfying(broken -> assertThat(broken.problems())
                        .singleElement()
                        .asString()
                        .contains("routing.conf", "does not exist"));
        write(file, rules("one"));
        settle();
        assertThat(rules.broken()).isEmpty();
    }

    @Test
    void a_change_of_an_included_file_is_noticed_and_so_is_one_that_appears() throws IOException {
        write(file, "include \"sites/north\"\n" + rules("one"));
        settle();
        long version = rules.table().version();
        Path site = folder.resolve("sites/north.conf");
        write(site, "include \"deeper.conf\"\nroute-defaults { priority = 1 }\n");
        settle();
        assertThat(rules.table().version()).isEqualTo(version + 1);
        write(site.resolveSibling("deeper.conf"), "destination-defaults { weight = 3 }\n");
        settle();
        assertThat(rules.table().version()).isEqualTo(version + 2);
        assertThat(rules.lastReload().details()).containsExactly("destinations changed: a, b");
    }

    @Test
    void links_that_are_swapped_as_Kubernetes_does_are_followed() throws Exception {
        Path first = Files.createDirectories(folder.resolve("mount/..1"));
        Path second = Files.createDirectories(folder.resolve("mount/..2"));
        write(first.resolve("routing.conf"), rules("one"));
        write(second.resolve("routing.conf"), rules("two"));
        Path data = Files.createSymbolicLink(folder.resolve("mount/..data"), first.getFileName());
        Path link = Files.createSymbolicLink(folder.resolve("mount/routing.conf"), Path.of("..data/routing.conf"));
        open(link);
        settle();
        Path next = Files.createSymbolicLink(folder.resolve("mount/..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        settle();
        assertThat(routes()).containsExactly("two");
    }

    @Test
    void a_bad_edit_changes_nothing_and_is_visible_until_it_is_mended() throws IOException {
        long version = rules.table().version();
        write(file, rules("two").replace("to = a", "to = nowhere"));
        settle();
        assertThat(routes()).containsExactly("one");
        assertThat(rules.table().version()).isEqualTo(version);
        assertThat(rules.broken()).hasValueSatisfying(broken -> {
            assertThat(broken.since()).isEqualTo(NOW);
            assertThat(broken.problems()).singleElement().asString().contains("routing.conf:", "nowhere");
        });
        write(file, rules("two"));
        settle();
        assertThat(routes()).containsExactly("two");
        assertThat(rules.broken()).isEmpty();
    }

    @Test
    void a_comment_makes_no_new_version() throws IOException {
        settle();
        long version = rules.table().version();
        write(file, "# only a comment\n" + rules("one"));
        settle();
        assertThat(rules.table().version()).isEqualTo(version);
        assertThat(rules.lastReload().outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void told_to_reload_it_does_so_at_once_and_tells_what_came_of_it() throws IOException {
        write(file, rules("one", "two"));
        ReloadView applied = watcher.reload();
        assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(applied.details()).containsExactly("routes added: two");
        write(file, "destinations {");
        ReloadView refused = watcher.reload();
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.version()).isEqualTo(applied.version());
        assertThat(refused.details()).isNotEmpty();
    }

    @Test
    void a_destination_is_served_before_it_is_planned_for_and_left_after() throws IOException {
        stage.seen.clear();
        write(file, rules("one").replace("b {", "c {"));
        settle();
        long after = rules.table().version();
        assertThat(stage.seen)
                .containsExactly(
                        "a b c, version " + (after - 1), "a c, version " + after, "planning again, version " + after);
    }

    @Test
    void a_change_that_a_stage_could_not_follow_is_followed_at_the_next_look() throws IOException {
        settle();
        write(file, rules("two").replace("b {", "c {"));
        watcher.lookOnce();
        for (int failure = 0; failure < 2; failure++) {
            stage.failAfter = failure;
            assertThatThrownBy(watcher::lookOnce).hasMessage("the ledger failed");
        }
        watcher.lookOnce();
        assertThat(routes()).containsExactly("two");
        assertThat(stage.rules.destinations()).containsOnlyKeys("a", "c");
        assertThat(stage.seen.get(stage.seen.size() - 1)).startsWith("planning again");
    }

    private void settle() {
        for (int look = 0; look < 4; look++) {
            watcher.lookOnce();
        }
    }

    private List<String> routes() {
        return stage.rules.routes().stream().map(RouteSettings::name).toList();
    }

    private static String rules(String... routes) {
        StringBuilder text = new StringBuilder("""
                destinations {
                  a { ae-title = A, host = localhost, port = 104 }
                  b { ae-title = B, host = localhost, port = 105 }
                }
                routes = [
                """);
        for (String route : routes) {
            text.append("  { name = ").append(route).append(", to = a }\n");
        }
        return text.append("]\n").toString();
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.writeString(file, text);
    }

    /** Notes what it is told, and by which version of the rules instances are planned at that moment. */
    private final class Stage implements RulesInForce.Followers {

        private final List<String> seen = new ArrayList<>();
        private int failAfter = -1;
        private RoutingSettings rules = new RoutingSettings(Map.of(), List.of());

        @Override
        public void follow(RoutingSettings settings) {
            if (failAfter-- == 0) {
                throw new IllegalStateException("the ledger failed");
            }
            rules = settings;
            note(String.join(" ", settings.destinations().keySet()));
        }

        @Override
        public void planAgain() {
            note("planning again");
        }

        private void note(String what) {
            seen.add(what + ", version " + RulesWatcherTest.this.rules.table().version());
        }
    }
}
