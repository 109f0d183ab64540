package org.dicomgateway.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.events.EventFixtures.receiver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.forward.outcome.Backoff;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order, how often and when a receiver is told. */
class CourierTest {

    private static final String BOT = "bot";

    @TempDir
    private Path directory;

    private EventFixtures fixtures;
    private EventStore store;
    private Courier courier;

    /** What was told, as subject and id. */
    private final List<String> told = new ArrayList<>();
    /** What is answered for a subject; otherwise it is taken. */
    private final Map<String, Attempt> answers = new HashMap<>();

    @BeforeEach
    void open() throws IOException {
        fixtures = new EventFixtures(directory);
        store = fixtures.store();
        begin();
    }

    private void begin() {
        courier = new Courier(
                receiver(EventKind.STUDY_COMPLETE),
                event -> {
                    told.add(event.subject() + " " + event.id());
                    if (event.subject().equals("study/defect")) {
                        throw new IllegalStateException("a defect");
                    }
                    return answers.getOrDefault(event.subject(), Attempt.TAKEN);
                },
                store,
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(10), new SplittableRandom(1)),
                fixtures.now::get,
                Optional.empty());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void add(String subject, String id) {
        store.tell(
                BOT,
                EventKind.PARKED,
                subject,
                new EventStore.Told(1, fixtures.now.get(), 1),
                Optional.of(new EventStore.Draft(id, EventKind.STUDY_COMPLETE, subject, Optional.empty(), "{}")),
                fixtures.now.get());
    }

    private void work() throws InterruptedException {
        boolean more = true;
        while (more) {
            more = courier.tellNext();
        }
    }

    @Test
    void what_is_about_the_same_comes_in_order_and_others_do_not_wait_for_it() throws Exception {
        add("study/1", "a");
        add("study/1", "b");
        add("study/2", "c");
        answers.put("study/1", Attempt.failed("answers 500"));
        work();
        assertThat(told).containsExactly("study/1 a");
        fixtures.pass(Duration.ofSeconds(1));
        work();
        assertThat(told).containsExactly("study/1 a", "study/1 a");

        for (int i = 0; i < 20; i++) {
            fixtures.pass(Duration.ofSeconds(2));
            work();
        }
        assertThat(told).contains("study/2 c").doesNotContain("study/1 b");

        answers.clear();
        fixtures.pass(Duration.ofMinutes(10));
        work();
        assertThat(told.subList(told.size() - 2, told.size())).containsExactly("study/1 a", "study/1 b");
        assertThat(store.backlog(BOT).waiting()).isZero();
    }

    @Test
    void it_is_tried_again_with_growing_pauses_that_are_not_all_the_same() throws Exception {
        add("study/1", "a");
        answers.put("study/1", Attempt.failed("answers 500"));
        List<Duration> pauses = new ArrayList<>();
        Instant last = fixtures.now.get();
        work();
        while (told.size() < 12) {
            fixtures.pass(Duration.ofMillis(250));
            int before = told.size();
            work();
            if (told.size() > before) {
                pauses.add(Duration.between(last, fixtures.now.get()));
                last = fixtures.now.get();
            }
        }
        assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(1250));
        assertThat(pauses.get(4)).isGreaterThan(Duration.ofSeconds(7));
        assertThat(pauses.get(10)).isBetween(Duration.ofMinutes(5), Duration.ofSeconds(601));
        assertThat(pauses.get(10)).isNotEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void a_receiver_that_asks_to_be_left_alone_is() throws Exception {
        add("study/1", "a");
        answers.put("study/1", Attempt.later("answers 429", Optional.of(Duration.ofMinutes(3))));
        work();
        answers.clear();
        fixtures.pass(Duration.ofSeconds(179));
        work();
        assertThat(told).hasSize(1);
        fixtures.pass(Duration.ofSeconds(1));
        work();
        assertThat(told).hasSize(2);
    }

    @Test
    void one_that_is_gone_is_not_tried_until_an_operator_says_so() throws Exception {
        add("study/1", "a");
        answers.put("study/1", Attempt.gone("answers 410"));
        work();
        fixtures.pass(Duration.ofDays(2));
        work();
        assertThat(told).hasSize(1);
        assertThat(courier.status(store.backlog(BOT)).gone()).isTrue();

        answers.clear();
        store.retry(BOT, fixtures.now.get());
        courier.retry();
        work();
        assertThat(told).containsExactly("study/1 a", "study/1 a");
    }

    @Test
    void what_waited_when_the_process_ended_is_told_by_the_next_one_under_the_same_id() throws Exception {
        add("study/1", "a");
        answers.put("study/1", Attempt.failed("answers 500"));
        work();
        store.close();
        store = fixtures.store();
        answers.clear();
        begin();
        fixtures.pass(Duration.ofSeconds(1));
        work();
        assertThat(told).containsExactly("study/1 a", "study/1 a");
    }

    @Test
    void a_clock_that_was_set_back_does_not_keep_it_waiting() throws Exception {
        fixtures.pass(Duration.ofDays(30));
        add("study/1", "a");
        answers.put("study/1", Attempt.failed("answers 500"));
        work();
        answers.clear();
        fixtures.pass(Duration.ofDays(-30));
        work();
        assertThat(told).hasSize(2);
    }

    @Test
    void what_is_discarded_is_not_told_and_what_it_held_up_is() throws Exception {
        add("study/1", "a");
        add("study/1", "b");
        assertThat(store.discard(BOT, "a", fixtures.now.get())).isEqualTo(1);
        work();
        assertThat(told).containsExactly("study/1 b");
        assertThat(store.events(BOT, "", false, 10))
                .extracting(EventRecord::state)
                .containsExactly("taken", "discarded");
    }

    @Test
    void an_event_that_fails_unexpectedly_is_tried_again_later_and_others_do_not_wait_for_it() throws Exception {
        add("study/defect", "a");
        add("study/2", "b");
        work();
        for (int i = 0; i < 20; i++) {
            fixtures.pass(Duration.ofSeconds(2));
            work();
        }
        assertThat(told).contains("study/2 b");
        assertThat(store.events("", "", true, 10))
                .singleElement()
                .satisfies(event -> assertThat(event.lastError()).contains("a defect"));
    }
}
