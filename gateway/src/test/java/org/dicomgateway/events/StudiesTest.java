package org.dicomgateway.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.config.events.EventKind.STUDY_COMPLETE;
import static org.dicomgateway.config.events.EventKind.STUDY_STUCK;
import static org.dicomgateway.events.EventFixtures.QUIET;
import static org.dicomgateway.events.EventFixtures.accept;
import static org.dicomgateway.events.EventFixtures.deliver;
import static org.dicomgateway.events.EventFixtures.receiver;
import static org.dicomgateway.events.EventFixtures.settle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.Attribute;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RouteSettings.Hold;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView.Receipt;
import org.dicomgateway.spool.SpoolView.Selection;
import org.dicomgateway.spool.engine.Spool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** When studies are complete or stuck, by what a real spool says. */
class StudiesTest {

    private static final String STUDY = "1.2.3";
    private static final RoutingSettings RULES = new RoutingSettings(Map.of(), List.of());

    @TempDir
    private Path directory;

    private EventFixtures fixtures;
    private Spool spool;
    private EventStore store;
    private ReceiverSettings bot = receiver(STUDY_COMPLETE, STUDY_STUCK);
    private RoutingSettings rules = RULES;

    @BeforeEach
    void open() throws IOException {
        fixtures = new EventFixtures(directory);
        spool = fixtures.spool();
        store = fixtures.store();
        store.seen(OptionalLong.of(0));
    }

    @AfterEach
    void close() {
        store.close();
        spool.close();
    }

    /** Sees what has arrived, and looks at what is due. */
    private void look() {
        Instant now = fixtures.now.get();
        List<Receipt> receipts = spool.receivedAfter(store.seen().getAsLong(), 100);
        if (!receipts.isEmpty()) {
            store.arrived(receipts, List.of(new EventStore.Looking(bot.name(), bot.quiet())), now);
        }
        new Studies(spool, store).look(bot, rules, now);
    }

    private void pass(Duration time) {
        fixtures.pass(time);
        look();
    }

    /** The events that wait, the oldest first. */
    private List<JsonNode> told() {
        List<JsonNode> told = new ArrayList<>();
        for (Optional<EventStore.Waiting> next = next(); next.isPresent(); next = next()) {
            told.add(JsonMapper.shared().readTree(next.get().body()));
            store.taken(next.get().number(), fixtures.now.get());
        }
        return told;
    }

    private Optional<EventStore.Waiting> next() {
        return store.next(bot.name(), fixtures.now.get(), fixtures.now.get().plus(Duration.ofDays(1)));
    }

    private static String kind(JsonNode event) {
        return event.get("type").asString().replace("org.dicomgateway.", "");
    }

    @Test
    void it_is_complete_when_it_was_quiet_and_all_of_it_is_delivered_and_not_before() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        accept(spool, STUDY, "1.2.3.2");
        pass(QUIET.minusSeconds(1));
        deliver(spool);
        look();
        assertThat(told()).as("before it was quiet").isEmpty();

        accept(spool, STUDY, "1.2.3.3");
        pass(QUIET.minusSeconds(1));
        pass(Duration.ofSeconds(2));
        assertThat(told()).as("before all of it was delivered").isEmpty();

        deliver(spool);
        pass(Duration.ofMinutes(1));
        List<JsonNode> told = told();
        assertThat(told).extracting(StudiesTest::kind).containsExactly("study-complete");
        assertThat(told.get(0).get("data").get("instances").asInt()).isEqualTo(3);
        pass(Duration.ofHours(5));
        assertThat(told()).as("it is told once").isEmpty();
    }

    @Test
    void what_comes_late_makes_another_event_that_says_what_was_added() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        deliver(spool);
        pass(QUIET);
        JsonNode first = told().get(0);

        accept(spool, STUDY, "1.2.3.2");
        deliver(spool);
        pass(QUIET);
        JsonNode second = told().get(0);
        assertThat(second.get("id")).isNotEqualTo(first.get("id"));
        assertThat(second.get("data").get("instances").asInt()).isEqualTo(2);
        assertThat(second.get("data").get("added").get("instances").asInt()).isEqualTo(1);
    }

    @Test
    void made_again_after_a_crash_the_event_has_the_same_id() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        deliver(spool);
        Path file = directory.resolve("events.db");
        fixtures.pass(QUIET);
        store.close();
        Path before = directory.resolve("before");
        Files.copy(file, before);

        store = fixtures.store();
        look();
        String id = told().get(0).get("id").asString();
        store.close();
        Files.copy(before, file, StandardCopyOption.REPLACE_EXISTING);
        store = fixtures.store();
        fixtures.pass(Duration.ofMinutes(7));
        look();
        assertThat(told()).extracting(event -> event.get("id").asString()).containsExactly(id);
    }

    @Test
    void what_is_parked_makes_it_stuck_once_and_when_it_is_mended_it_is_complete() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        settle(spool, new Settlement.Parked(0xA900, "does not match"));
        pass(QUIET);
        pass(Duration.ofMinutes(5));
        List<JsonNode> told = told();
        assertThat(told).extracting(StudiesTest::kind).containsExactly("study-stuck");
        assertThat(told.get(0).get("data").get("why").asString()).isEqualTo("pacs: 1 are parked");

        spool.retry(Selection.ALL);
        spool.catchUp();
        pass(Duration.ofMinutes(5));
        assertThat(told()).as("it is on its way again").isEmpty();
        settle(spool, new Settlement.Parked(0xA900, "does not match"));
        pass(Duration.ofMinutes(5));
        List<JsonNode> again = told();
        assertThat(again).extracting(StudiesTest::kind).containsExactly("study-stuck");
        assertThat(again.get(0).get("id")).isNotEqualTo(told.get(0).get("id"));

        spool.retry(Selection.ALL);
        spool.catchUp();
        deliver(spool);
        pass(Duration.ofMinutes(5));
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-complete");
    }

    @Test
    void what_an_operator_discarded_is_not_waited_for_and_is_told() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        settle(spool, new Settlement.Parked(0xA900, "does not match"));
        spool.discard(new Selection("", STUDY, 0), "not wanted");
        spool.catchUp();
        pass(QUIET);
        JsonNode told = told().get(0);
        assertThat(kind(told)).isEqualTo("study-complete");
        assertThat(told.get("data").get("destinations").get(0).get("discarded").asInt())
                .isEqualTo(1);
    }

    @Test
    void what_is_undelivered_for_long_makes_it_stuck_and_what_a_route_holds_does_not() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        pass(Duration.ofMinutes(59));
        assertThat(told()).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-stuck");

        rules = new RoutingSettings(
                Map.of(),
                List.of(new RouteSettings(
                        "all",
                        new Condition.AllOf(List.of()),
                        false,
                        new Strategy.Broadcast(),
                        List.of("pacs"),
                        0,
                        Schedule.ALWAYS,
                        RouteSettings.CommitOn.ALL,
                        Optional.of(new Hold(Duration.ofHours(2), Duration.ofHours(3))))));
        accept(spool, "1.2.4", "1.2.4.1");
        look();
        pass(Duration.ofMinutes(179));
        assertThat(told()).as("held on purpose").isEmpty();
    }

    @Test
    void it_says_nothing_of_the_patient_but_what_is_named() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        deliver(spool);
        pass(QUIET);
        assertThat(told().get(0).toString()).doesNotContain("PAT-0815", "A4711");

        bot = receiver(
                "named",
                CompleteWhen.DELIVERED,
                List.of(Attribute.PATIENT_ID, Attribute.ACCESSION_NUMBER),
                1000,
                STUDY_COMPLETE);
        accept(spool, "1.2.4", "1.2.4.1");
        deliver(spool);
        look();
        pass(QUIET);
        JsonNode data = told().get(0).get("data");
        assertThat(data.get("PatientID").asString()).isEqualTo("PAT-0815");
        assertThat(data.get("AccessionNumber").asString()).isEqualTo("A4711");
    }

    @Test
    void a_clock_that_was_set_back_does_not_make_it_wait_until_then() throws Exception {
        fixtures.pass(Duration.ofDays(3));
        accept(spool, STUDY, "1.2.3.1");
        deliver(spool);
        fixtures.pass(Duration.ofDays(-3));
        look();
        pass(QUIET);
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-complete");
    }

    @Test
    void a_clock_that_is_set_back_while_it_waits_does_not_make_it_wait_until_then() throws Exception {
        fixtures.pass(Duration.ofDays(3));
        accept(spool, STUDY, "1.2.3.1");
        look();
        deliver(spool);
        fixtures.pass(Duration.ofDays(-3));
        look();
        pass(QUIET);
        pass(QUIET);
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-complete");
    }

    @Test
    void what_is_not_complete_is_not_forgotten_however_long_it_takes() throws Exception {
        accept(spool, STUDY, "1.2.3.1");
        look();
        fixtures.pass(Duration.ofDays(31));
        store.forget(fixtures.now.get().minus(Duration.ofDays(30)), List.of(bot.name()));
        look();
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-stuck");
        deliver(spool);
        pass(Duration.ofMinutes(2));
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-complete");
    }

    @Test
    void with_verified_it_is_complete_when_each_copy_was_found_and_not_before() throws Exception {
        bot = receiver("bot", CompleteWhen.VERIFIED, List.of(), 1000, STUDY_COMPLETE, STUDY_STUCK);
        rules = new RoutingSettings(Map.of(EventFixtures.PACS, EventFixtures.verified()), List.of());
        long first = accept(spool, STUDY, "1.2.3.1").id();
        long second = accept(spool, STUDY, "1.2.3.2").id();
        look();
        deliver(spool);
        pass(QUIET);
        assertThat(told()).as("delivered only").isEmpty();
        check(first, CopyState.VERIFIED);
        pass(Duration.ofMinutes(2));
        assertThat(told()).as("one of two").isEmpty();
        check(second, CopyState.MISSING);
        pass(Duration.ofMinutes(2));
        assertThat(told()).as("one is missing").isEmpty();
        check(second, CopyState.VERIFIED);
        pass(Duration.ofMinutes(2));
        List<JsonNode> told = told();
        assertThat(told).extracting(StudiesTest::kind).containsExactly("study-complete");
        assertThat(told.get(0)
                        .get("data")
                        .get("destinations")
                        .get(0)
                        .get("verified")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void what_the_ledger_has_lost_is_not_told_to_be_verified() throws Exception {
        bot = receiver("bot", CompleteWhen.VERIFIED, List.of(), 1000, STUDY_COMPLETE, STUDY_STUCK);
        store.seenAgain(bot.name(), STUDY, 1, fixtures.now.get(), fixtures.now.get());
        pass(QUIET);
        pass(Duration.ofDays(1));
        assertThat(told()).extracting(StudiesTest::kind).containsExactly("study-stuck");
    }

    private void check(long instance, CopyState state) {
        long delivery = spool.copies().ofInstance(instance).get(0).deliveryId();
        spool.copies()
                .checked(List.of(new Copies.Checked(
                        delivery, state, fixtures.now.get(), "test", "", Optional.empty(), Optional.empty())));
        spool.catchUp();
    }
}
