package org.dicomgateway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.CommitmentRequests;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Search;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** When copies are checked, how fast, and what a server that does not answer means. */
@Tag("slow")
class VerifierTest {

    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final FakeCopies copies = new FakeCopies();
    private final FakeArchive archive = new FakeArchive();
    private final Verifier verifier =
            new Verifier(copies, new NothingAtPacs(), any -> Optional.of(archive), any -> false, now::get);

    @AfterEach
    void close() {
        verifier.close();
    }

    private void follow(Level level, RateLimit rate) {
        verifier.follow(List.of(new DestinationSettings(
                "pacs",
                Optional.of(new Peer(AeTitle.of("PACS"), "localhost", 104)),
                Optional.empty(),
                4,
                1,
                new RequestorSettings(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        16 * 1024),
                Duration.ofSeconds(1),
                100,
                new RetrySettings(Duration.ofSeconds(5), Duration.ofMinutes(10), 10),
                new BreakerSettings(3, Duration.ofSeconds(2), Duration.ofSeconds(60)),
                Duration.ofSeconds(15),
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.of(
                        new RestSettings(URI.create("http://localhost:8042"), Optional.empty(), Duration.ofMinutes(1))),
                Optional.empty(),
                new VerifySettings(level, Duration.ofHours(1), Optional.of(Duration.ofDays(30)), rate),
                CommitmentRequests.NONE,
                List.of(),
                TranscodeSettings.NEVER)));
    }

    static Copy copy(int id, String study, boolean replaced) {
        Instance instance = new Instance(
                id,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3." + id),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                study,
                study + ".1",
                "P1",
                "",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                START,
                1000);
        return new Copy(
                id * 1024L,
                instance,
                "pacs",
                Optional.empty(),
                Optional.empty(),
                CopyState.UNCHECKED,
                Optional.empty(),
                replaced,
                false);
    }

    private void due(Copy... some) {
        for (Copy one : some) {
            archive.held.put(
                    one.instance().sopInstance(), "name-" + one.instance().id());
            copies.due.put(one.deliveryId(), one);
        }
    }

    @Test
    void what_is_due_is_checked_study_by_study_and_is_due_again_later() {
        due(copy(1, "1.9", false), copy(2, "1.8", false), copy(3, "1.9", false));
        archive.held.remove(Uid.of("1.2.3.3"));
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> copies.results.size() == 3);
        assertThat(archive.asked)
                .containsExactly("study 1.9", "check name-1 CONTENT", "study 1.8", "check name-2 CONTENT");
        assertThat(copies.results)
                .extracting(Copies.Checked::state)
                .containsExactly(CopyState.VERIFIED, CopyState.MISSING, CopyState.VERIFIED);
        assertThat(copies.results)
                .allMatch(result -> result.again().equals(Optional.of(START.plus(Duration.ofDays(30)))));
        assertThat(copies.checkAfter.apply("pacs")).contains(Duration.ofMinutes(30));
        assertThat(copies.checkAfter.apply("other")).isEmpty();
    }

    @Test
    void a_repair_from_another_server_asks_it_for_one_copy_and_not_for_its_study() {
        Copy missing = copy(1, "1.9", false);
        archive.held.put(missing.instance().sopInstance(), "name-1");
        copies.elsewhere = List.of(elsewhere(missing, "archive"));
        new Repair(copies, name -> Optional.of(archive)).sendAgain(missing, Finding.missing("by a test"));
        assertThat(archive.asked).containsExactly("name 1.2.3.1", "check name-1 CONTENT");
        assertThat(copies.restored).containsExactly(1024L);
    }

    @Test
    void a_copy_that_is_not_proved_to_be_what_was_sent_repairs_nothing_and_the_next_server_is_tried() {
        Copy missing = copy(1, "1.9", false);
        archive.held.put(missing.instance().sopInstance(), "name-1");
        FakeArchive wrong = new FakeArchive();
        wrong.held.put(missing.instance().sopInstance(), "name-1");
        wrong.finds = Finding.differing("by a fake", "it has other bytes");
        copies.elsewhere = List.of(elsewhere(missing, "wrong"), elsewhere(missing, "archive"));
        Repair repair = new Repair(copies, name -> Optional.of(name.equals("wrong") ? wrong : archive));
        assertThat(repair.sendAgain(missing, Finding.missing("by a test"))).isEmpty();
        assertThat(wrong.asked).containsExactly("name 1.2.3.1", "check name-1 CONTENT");
        assertThat(copies.restored).containsExactly(1024L);

        archive.held.clear();
        assertThat(repair.sendAgain(missing, Finding.missing("by a test")))
                .contains("the spool has no bytes of it any more; wrong: what it has is not proved to be what was sent,"
                        + " and is not used: it has other bytes; archive: it does not have it either");
        copies.elsewhere = List.of();
        assertThat(repair.sendAgain(missing, Finding.missing("by a test")))
                .contains("the spool has no bytes of it any more; no other server got it");
        assertThat(copies.restored).hasSize(1);
    }

    @Test
    void what_was_changed_on_its_way_repairs_no_other_copy() {
        Copy missing = copy(1, "1.9", false);
        Copy plain = elsewhere(missing, "research");
        archive.held.put(missing.instance().sopInstance(), "name-1");
        copies.elsewhere = List.of(new Copy(
                plain.deliveryId(),
                plain.instance(),
                plain.destination(),
                plain.digest(),
                plain.restored(),
                plain.state(),
                plain.md5(),
                plain.replaced(),
                true));
        Repair repair = new Repair(copies, name -> Optional.of(archive));
        assertThat(repair.sendAgain(missing, Finding.missing("by a test")))
                .contains("the spool has no bytes of it any more; no other server got it");
        assertThat(copies.restored).isEmpty();
        assertThat(archive.asked).isEmpty();
    }

    private static Copy elsewhere(Copy copy, String destination) {
        return new Copy(
                copy.deliveryId() + 1,
                copy.instance(),
                destination,
                Optional.empty(),
                Optional.empty(),
                CopyState.UNCHECKED,
                Optional.empty(),
                false,
                false);
    }

    @Test
    void presence_is_the_only_thing_that_is_asked_for_when_that_is_the_level() {
        due(copy(1, "1.9", false));
        follow(Level.PRESENCE, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        assertThat(archive.asked).containsExactly("study 1.9", "check name-1 PRESENCE");
    }

    @Test
    void a_server_that_does_not_answer_is_no_finding_and_is_asked_again_after_a_while() throws Exception {
        due(copy(1, "1.9", false));
        archive.down = true;
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> archive.asked.size() == 1);
        await().during(Duration.ofSeconds(2)).atMost(LIMIT).until(() -> archive.asked.size() == 1);
        assertThat(copies.results).isEmpty();
        archive.down = false;
        now.updateAndGet(time -> time.plusSeconds(31));
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        assertThat(copies.results.get(0).state()).isEqualTo(CopyState.VERIFIED);
    }

    @Test
    void a_copy_whose_check_always_breaks_off_does_not_keep_the_others_waiting() {
        due(copy(1, "1.9", false), copy(2, "1.9", false), copy(3, "1.8", false));
        archive.broken = "check name-1";
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> archive.checks() == 1);
        now.updateAndGet(time -> time.plusSeconds(31));
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        now.updateAndGet(time -> time.plusSeconds(31));
        await().atMost(LIMIT).until(() -> copies.results.size() == 2);
        assertThat(copies.results).extracting(Copies.Checked::deliveryId).containsExactly(2048L, 3072L);
        assertThat(copies.due).as("it is tried again").containsOnlyKeys(1024L);
    }

    @Test
    void a_study_that_a_server_cannot_list_does_not_keep_the_others_waiting() {
        due(copy(1, "1.9", false), copy(2, "1.9", false), copy(3, "1.8", false));
        archive.broken = "study 1.9";
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> archive.asked.size() == 1);
        now.updateAndGet(time -> time.plusSeconds(31));
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        assertThat(copies.results.get(0).deliveryId()).isEqualTo(3072);
        assertThat(archive.asked).startsWith("study 1.9", "study 1.8", "check name-3 CONTENT");
    }

    @Test
    void what_a_list_says_is_as_old_as_the_list() {
        due(copy(1, "1.9", false), copy(2, "1.9", false));
        archive.held.remove(Uid.of("1.2.3.2"));
        archive.meanwhile = () -> now.updateAndGet(time -> time.plusSeconds(60));
        follow(Level.PRESENCE, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> copies.results.size() == 2);
        assertThat(copies.results).extracting(Copies.Checked::at).containsOnly(START);
    }

    @Test
    void what_was_found_before_a_server_went_away_is_noted() {
        due(copy(1, "1.9", false), copy(2, "1.9", false));
        archive.broken = "check name-2";
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        assertThat(copies.results.get(0).deliveryId()).isEqualTo(1024);
    }

    @Test
    void only_a_uid_of_a_dataset_is_in_a_command_to_copy() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(DestinationVerifier.class);
        logger.addAppender(log);
        try {
            due(copy(1, "1.9", false), copy(2, "1;reboot", false));
            archive.held.clear();
            follow(Level.CONTENT, RateLimit.UNLIMITED);
            await().atMost(LIMIT).until(() -> log.list.size() == 2);
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.endsWith("; scripts/gateway verify --study 1.9 --repair"))
                .noneMatch(line -> line.contains("reboot"));
    }

    @Test
    void a_copy_that_a_newer_version_has_replaced_is_not_asked_for_and_never_due_again() {
        due(copy(1, "1.9", true));
        follow(Level.CONTENT, RateLimit.UNLIMITED);
        await().atMost(LIMIT).until(() -> copies.results.size() == 1);
        assertThat(archive.asked).isEmpty();
        assertThat(copies.results.get(0).state()).isEqualTo(CopyState.REPLACED);
        assertThat(copies.results.get(0).again()).isEmpty();
    }

    @Test
    void checks_keep_to_their_rate() {
        due(IntStream.rangeClosed(1, 5).mapToObj(id -> copy(id, "1.9", false)).toArray(Copy[]::new));
        follow(Level.CONTENT, new RateLimit(OptionalInt.of(2), Optional.empty()));
        await().atMost(LIMIT).until(() -> archive.checks() == 2);
        await().during(Duration.ofSeconds(1)).atMost(LIMIT).until(() -> archive.checks() == 2);
        now.updateAndGet(time -> time.plusSeconds(1));
        await().atMost(LIMIT).until(() -> archive.checks() == 4);
    }

    @Test
    void what_a_server_has_of_a_study_that_was_only_sent_elsewhere_is_foreign() {
        copies.elsewhere = List.of(copy(1, "1.9", false));
        archive.held.put(Uid.of("1.2.3.1"), "name-1");
        follow(Level.NONE, RateLimit.UNLIMITED);
        VerifyJob job = verifier.begin(
                new Search("1.9", "", "", "", "", "", "", "", "", Optional.empty(), Optional.empty(), Optional.empty()),
                false,
                false,
                List.of("pacs"));
        await().atMost(LIMIT).until(job::isDone);
        assertThat(job.items()).extracting(VerifyJob.Item::sopInstance).containsExactly("1.2.3.1");
        assertThat(job.items().get(0).state()).isEmpty();
        assertThat(archive.asked).containsExactly("study 1.9");
    }

    @Test
    void a_destination_that_cannot_be_asked_is_said_to_be_that() {
        Verifier blind = new Verifier(copies, new NothingAtPacs(), any -> Optional.empty(), any -> false, now::get);
        VerifyJob job = blind.begin(Search.ALL, false, false, List.of("pacs"));
        assertThat(job.isDone()).isTrue();
        assertThat(job.parts().values())
                .singleElement()
                .satisfies(part -> assertThat(part.problem()).contains("no way to verify"));
        assertThat(blind.job(job.number())).contains(job);
        assertThat(blind.job(99)).isEmpty();
    }

    private static final class FakeArchive implements Archive {
        private final Map<Uid, String> held = new ConcurrentHashMap<>();
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private volatile boolean down;
        private volatile String broken = "nothing";
        private volatile Finding finds = Finding.verified("by a fake", Optional.empty());
        private volatile Runnable meanwhile = () -> {};

        long checks() {
            return asked.stream().filter(each -> each.startsWith("check")).count();
        }

        private void note(String question) throws IOException {
            asked.add(question);
            meanwhile.run();
            if (down || question.startsWith(broken)) {
                throw new IOException("no answer");
            }
        }

        @Override
        public Holdings study(Copy copy) throws IOException {
            note("study " + copy.instance().studyInstanceUid());
            return Holdings.whole(held);
        }

        @Override
        public Optional<String> name(Copy copy) throws IOException {
            note("name " + copy.instance().sopInstance());
            return Optional.ofNullable(held.get(copy.instance().sopInstance()));
        }

        @Override
        public Finding check(Copy copy, String name, Level level) throws IOException {
            note("check " + name + " " + level);
            return finds;
        }

        @Override
        public void fetch(Copy copy, String name, Finding checked, Copies.DatasetTarget target) throws IOException {
            note("fetch " + name);
        }
    }

    static final class FakeCopies implements Copies {
        private final Map<Long, Copy> due = new ConcurrentHashMap<>();
        private final Map<Long, Instant> postponed = new ConcurrentHashMap<>();
        private final List<Checked> results = new CopyOnWriteArrayList<>();
        private final List<Long> restored = new CopyOnWriteArrayList<>();
        private volatile List<Copy> elsewhere = List.of();
        private volatile Function<String, Optional<Duration>> checkAfter = any -> Optional.empty();

        @Override
        public void checkAfter(Function<String, Optional<Duration>> after) {
            checkAfter = after;
        }

        @Override
        public List<Copy> due(String destination, Instant now, int max) {
            return due.values().stream()
                    .filter(copy ->
                            !postponed.getOrDefault(copy.deliveryId(), now).isAfter(now))
                    .sorted(Comparator.comparing((Copy copy) -> postponed.getOrDefault(copy.deliveryId(), START))
                            .thenComparing(Copy::deliveryId))
                    .limit(max)
                    .toList();
        }

        @Override
        public List<Copy> copies(List<Long> deliveryIds) {
            return deliveryIds.isEmpty() ? List.of() : elsewhere;
        }

        @Override
        public List<Copy> ofInstance(long instanceId) {
            return elsewhere;
        }

        @Override
        public void postpone(List<Long> deliveryIds, Instant until) {
            deliveryIds.forEach(id -> postponed.put(id, until));
        }

        @Override
        public void checked(List<Checked> noted) {
            results.addAll(noted);
            noted.forEach(result -> due.remove(result.deliveryId()));
        }

        @Override
        public <T> Optional<T> read(long instanceId, Reading<T> reading) {
            return Optional.empty();
        }

        @Override
        public boolean sendAgain(long deliveryId, String reason) {
            return false;
        }

        @Override
        public boolean restore(long deliveryId, DatasetSource dataset, String reason) {
            return restored.add(deliveryId);
        }
    }

    private static final class NothingAtPacs implements EmptySearch {

        private static final FoundDelivery SENT_ELSEWHERE = new FoundDelivery(
                1025,
                1,
                "1.2.3.1",
                "1.9",
                "",
                "CT",
                "all",
                1,
                Optional.of("archive"),
                List.of(),
                DeliveryState.DELIVERED,
                1,
                START,
                OptionalInt.empty(),
                "",
                START,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        @Override
        public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
            return new Page<>(search.destination().isEmpty() ? List.of(SENT_ELSEWHERE) : List.of(), Optional.empty());
        }
    }
}
