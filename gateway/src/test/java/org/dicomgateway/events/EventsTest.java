package org.dicomgateway.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.events.EventFixtures.START;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.engine.Spool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What receivers are told of conditions, and what is made of a backlog. Nobody is told: no thread runs. */
class EventsTest {

    @TempDir
    private Path directory;

    private EventFixtures fixtures;
    private Spool spool;
    private Events events;
    private final List<Condition> conditions = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        fixtures = new EventFixtures(directory);
        spool = fixtures.spool();
        begin();
    }

    private void begin() throws IOException {
        events = new Events(
                fixtures.store(),
                spool,
                () -> List.copyOf(conditions),
                new TlsContexts(fixtures.now::get),
                fixtures.now::get,
                Duration.ofDays(30),
                new SplittableRandom(1));
    }

    @AfterEach
    void close() {
        events.close();
        spool.close();
    }

    private void rules(ReceiverSettings... receivers) {
        Map<String, ReceiverSettings> all = new LinkedHashMap<>();
        for (ReceiverSettings receiver : receivers) {
            all.put(receiver.name(), receiver);
        }
        events.use(new RoutingSettings(Map.of(), List.of(), Map.of(), all));
    }

    private void is(EventKind kind, String subject, long level, Instant since) {
        conditions.removeIf(each -> each.kind() == kind && each.subject().equals(subject));
        conditions.add(new Condition(kind, subject, level, since, Map.of("level", level)));
        events.compare();
    }

    private List<String> told(String receiver) {
        List<EventRecord> told = new ArrayList<>(events.events(receiver, "", false, 100));
        java.util.Collections.reverse(told);
        return told.stream().map(EventRecord::kind).toList();
    }

    private static ReceiverSettings receiver(String name, int maxWaiting, EventKind... on) {
        return EventFixtures.receiver(name, CompleteWhen.DELIVERED, List.of(), maxWaiting, on);
    }

    @Test
    void a_destination_that_is_down_for_a_minute_is_told_once_and_when_it_is_up_again() throws Exception {
        rules(
                receiver("both", 100, EventKind.DESTINATION_DOWN, EventKind.DESTINATION_UP),
                receiver("down", 100, EventKind.DESTINATION_DOWN));
        is(EventKind.DESTINATION_DOWN, "destination/pacs", 1, START);
        fixtures.pass(Duration.ofSeconds(59));
        events.compare();
        assertThat(told("both")).isEmpty();
        fixtures.pass(Duration.ofSeconds(1));
        events.compare();
        events.compare();
        assertThat(told("both")).containsExactly("destination-down");

        events.close();
        begin();
        rules(
                receiver("both", 100, EventKind.DESTINATION_DOWN, EventKind.DESTINATION_UP),
                receiver("down", 100, EventKind.DESTINATION_DOWN));
        events.compare();
        assertThat(told("both")).as("after a restart").containsExactly("destination-down");

        is(EventKind.DESTINATION_DOWN, "destination/pacs", 0, fixtures.now.get());
        assertThat(told("both")).containsExactly("destination-down", "destination-up");
        assertThat(told("down")).containsExactly("destination-down");
        is(EventKind.DESTINATION_DOWN, "destination/pacs", 1, START);
        assertThat(told("both")).containsExactly("destination-down", "destination-up", "destination-down");
        assertThat(events.events("both", "", false, 100))
                .extracting(EventRecord::id)
                .doesNotHaveDuplicates();
    }

    @Test
    void what_grows_is_told_again_but_not_more_often_than_quiet_says() {
        rules(receiver("bot", 100, EventKind.PARKED));
        is(EventKind.PARKED, "destination/pacs", 1, START);
        is(EventKind.PARKED, "destination/pacs", 2, START);
        assertThat(told("bot")).containsExactly("parked");
        fixtures.pass(EventFixtures.QUIET);
        events.compare();
        events.compare();
        assertThat(told("bot")).containsExactly("parked", "parked");
        is(EventKind.PARKED, "destination/pacs", 0, START);
        fixtures.pass(EventFixtures.QUIET);
        is(EventKind.PARKED, "destination/pacs", 1, START);
        assertThat(told("bot")).as("after it was well").hasSize(3);
    }

    @Test
    void while_too_many_wait_no_more_are_made_and_what_was_meanwhile_is_told_later() throws Exception {
        rules(receiver("bot", 2, EventKind.STUDY_COMPLETE), receiver("other", 100, EventKind.STUDY_COMPLETE));
        events.look();
        for (int i = 1; i <= 4; i++) {
            EventFixtures.accept(spool, "1.2." + i, "1.2." + i + ".1");
        }
        EventFixtures.deliver(spool);
        events.look();
        fixtures.pass(EventFixtures.QUIET);
        events.look();
        events.look();
        int made = told("bot").size();
        assertThat(made).isBetween(2, 4);
        for (int i = 5; i <= 6; i++) {
            EventFixtures.accept(spool, "1.2." + i, "1.2." + i + ".1");
        }
        EventFixtures.deliver(spool);
        events.look();
        fixtures.pass(EventFixtures.QUIET);
        events.look();
        assertThat(told("bot")).as("it is full").hasSize(made);
        assertThat(told("other")).as("the other one is not").hasSize(6);
        assertThat(events.receivers()).extracting(ReceiverStatus::name).contains("bot");

        events.discard("bot", "");
        fixtures.pass(Duration.ofMinutes(2));
        events.look();
        events.look();
        assertThat(events.events("bot", "1.2.6", false, 10)).hasSize(1);
    }

    @Test
    void whoever_is_told_of_studies_for_the_first_time_is_told_of_what_arrives_from_then_on() throws Exception {
        rules();
        EventFixtures.accept(spool, "1.2.1", "1.2.1.1");
        EventFixtures.deliver(spool);
        events.look();
        rules(receiver("bot", 100, EventKind.STUDY_COMPLETE));
        events.look();
        EventFixtures.accept(spool, "1.2.2", "1.2.2.1");
        EventFixtures.deliver(spool);
        events.look();
        fixtures.pass(EventFixtures.QUIET);
        events.look();
        assertThat(events.events("bot", "", false, 10))
                .extracting(EventRecord::subject)
                .containsExactly("study/1.2.2");
    }

    @Test
    void only_the_owner_can_read_what_is_kept() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("events.db"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_damaged_file_is_moved_away_and_does_not_keep_the_gateway_from_starting() throws Exception {
        events.close();
        Path file = directory.resolve("events.db");
        Files.writeString(file, "this is not a database, it is a text of some length");
        begin();
        rules(receiver("bot", 100, EventKind.PARKED));
        is(EventKind.PARKED, "destination/pacs", 1, START);
        assertThat(told("bot")).containsExactly("parked");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(each -> each.getFileName().toString().startsWith("events.db.damaged-")))
                    .singleElement()
                    .satisfies(damaged -> assertThat(damaged).content().contains("not a database"));
        }
    }

    @Test
    void a_file_of_another_version_is_refused() throws Exception {
        events.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("events.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThat(org.assertj.core.api.Assertions.catchThrowable(this::begin))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("move the file away");
        Files.delete(directory.resolve("events.db"));
        begin();
    }

    @Test
    void a_receiver_that_was_away_while_more_of_a_study_arrived_is_told_when_it_is_complete() throws Exception {
        ReceiverSettings bot = receiver("bot", 100, EventKind.STUDY_COMPLETE);
        ReceiverSettings other = receiver("other", 100, EventKind.STUDY_COMPLETE);
        rules(bot, other);
        events.look();
        EventFixtures.accept(spool, "1.2.1", "1.2.1.1");
        events.look();
        rules(other);
        EventFixtures.accept(spool, "1.2.1", "1.2.1.2");
        EventFixtures.deliver(spool);
        events.look();
        rules(bot, other);
        for (int i = 0; i < 3; i++) {
            fixtures.pass(EventFixtures.QUIET);
            events.look();
        }
        assertThat(events.events("bot", "1.2.1", false, 10)).hasSize(1);
    }

    @Test
    void studies_that_grew_while_nobody_was_told_of_studies_do_not_keep_others_from_being_told() throws Exception {
        ReceiverSettings bot = receiver("bot", 1000, EventKind.STUDY_COMPLETE);
        rules(bot);
        events.look();
        for (int i = 1; i <= 100; i++) {
            EventFixtures.accept(spool, "1.2." + i, "1.2." + i + ".1");
        }
        events.look();
        rules();
        events.look();
        for (int i = 1; i <= 100; i++) {
            EventFixtures.accept(spool, "1.2." + i, "1.2." + i + ".2");
        }
        rules(bot);
        events.look();
        EventFixtures.accept(spool, "1.2.500", "1.2.500.1");
        for (int i = 0; i < 3; i++) {
            EventFixtures.deliver(spool);
            events.look();
            fixtures.pass(EventFixtures.QUIET);
        }
        for (int i = 0; i < 5; i++) {
            events.look();
        }
        assertThat(events.events("bot", "1.2.500", false, 10)).hasSize(1);
        assertThat(events.events("bot", "1.2.7", false, 10)).hasSize(1);
    }
}
