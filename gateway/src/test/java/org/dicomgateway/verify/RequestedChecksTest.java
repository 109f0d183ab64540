package org.dicomgateway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Search;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a request says when checks break off, and when more is sent again than fits on a page. */
class RequestedChecksTest {

    private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final FakeSpool spool = new FakeSpool();
    private final FakeServer server = new FakeServer();

    private VerifyJob work(boolean repair) throws InterruptedException {
        VerifyJob job = new VerifyJob(1, Search.ALL, repair, false, START);
        job.begin("pacs");
        CopyChecks checks = new CopyChecks(settings(), server, spool, any -> false, () -> START);
        new RequestedChecks(
                        job,
                        "pacs",
                        server,
                        checks,
                        spool,
                        spool,
                        new Repair(spool, any -> Optional.empty()),
                        Duration.ofSeconds(1),
                        () -> false)
                .work();
        assertThat(job.isDone()).isTrue();
        return job;
    }

    private static DestinationSettings settings() {
        return RetrievingArchiveTest.destination();
    }

    private static VerifyJob.Part part(VerifyJob job) {
        return Objects.requireNonNull(job.parts().get("pacs"));
    }

    private static IOException noConnection() {
        return new IOException("no answer", new ConnectException("connection refused"));
    }

    @Test
    void a_check_that_breaks_off_is_told_and_the_others_are_checked() throws Exception {
        spool.delivered(6, 2);
        server.fails.put("check 1.2.3.2", new IOException("connection reset"));
        server.fails.put("check 1.2.3.5", new IOException("no complete answer"));
        VerifyJob job = work(false);
        assertThat(part(job).states())
                .containsOnly(Map.entry(CopyState.VERIFIED, 4L), Map.entry(CopyState.UNVERIFIABLE, 2L));
        assertThat(part(job).checked()).isEqualTo(6);
        assertThat(part(job).problem()).isEmpty();
        assertThat(job.items())
                .extracting(VerifyJob.Item::sopInstance, VerifyJob.Item::detail)
                .containsExactly(
                        tuple("1.2.3.2", "the check broke off: connection reset"),
                        tuple("1.2.3.5", "the check broke off: no complete answer"));
        assertThat(spool.noted).as("the ledger keeps what it knew").containsOnly(CopyState.VERIFIED);
        assertThat(spool.noted).hasSize(4);
    }

    @Test
    void of_a_server_that_goes_away_the_rest_is_counted_and_not_asked_for() throws Exception {
        spool.delivered(1000, 10);
        server.fails.put("check 1.2.3.3", new IOException("connection reset"));
        server.fails.put("check 1.2.3.4", noConnection());
        VerifyJob job = work(true);
        assertThat(part(job).states())
                .containsOnly(Map.entry(CopyState.VERIFIED, 2L), Map.entry(CopyState.UNVERIFIABLE, 2L));
        assertThat(part(job).notAsked()).isEqualTo(996);
        assertThat(part(job).problem()).isEqualTo("996 not asked for: no answer");
        assertThat(server.asked).hasSize(5);
    }

    @Test
    void after_three_in_a_row_that_break_off_a_server_is_not_asked_for_more() throws Exception {
        spool.delivered(20, 10);
        LongStream.of(2, 3, 5, 6, 7).forEach(id -> server.fails.put("check 1.2.3." + id, new IOException("late")));
        VerifyJob job = work(false);
        assertThat(part(job).states())
                .containsOnly(Map.entry(CopyState.VERIFIED, 2L), Map.entry(CopyState.UNVERIFIABLE, 5L));
        assertThat(part(job).problem()).isEqualTo("13 not asked for: late");
    }

    @Test
    void of_a_study_that_is_not_listed_nothing_is_asked_for_and_the_others_are_checked() throws Exception {
        spool.delivered(6, 2);
        server.fails.put("study 1.9.1", new IOException("answered 500"));
        VerifyJob job = work(false);
        assertThat(part(job).checked()).isEqualTo(4);
        assertThat(part(job).states()).containsOnly(Map.entry(CopyState.VERIFIED, 4L));
        assertThat(part(job).problem()).isEqualTo("2 not asked for: answered 500");
        assertThat(server.asked).filteredOn("study 1.9.1"::equals).hasSize(1);
    }

    @Test
    void no_connection_and_no_access_are_told_from_a_failure_about_one_copy() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        Copy copy = VerifierTest.copy(1, "1.9", false);
        URI url = URI.create("http://127.0.0.1:" + closed);
        List<Archive> archives = List.of(
                new OrthancArchive(new RestSettings(url, Optional.empty(), LIMIT), spool),
                new DicomWebArchive(url, WebAccess.of(Optional.empty(), Duration.ofSeconds(5)), spool),
                new DimseArchive(
                        RetrievingArchiveTest.destination(new Peer(AeTitle.of("PACS"), "127.0.0.1", closed)),
                        QueryRetrieve.of(settings().requestor(), new TlsContexts(() -> START)),
                        spool));
        for (Archive archive : archives) {
            IOException failure = catchThrowableOfType(IOException.class, () -> archive.study(copy));
            assertThat(RequestedChecks.isAway(failure)).as(archive.toString()).isTrue();
        }
        assertThat(RequestedChecks.isAway(new IOException("connection reset"))).isFalse();
        assertThat(RequestedChecks.isAway(new IOException(
                        new AssociationException(AssociationException.Cause.CONNECTION_LOST, "lost", null))))
                .isFalse();
    }

    @Test
    void everything_that_was_sent_again_is_checked_again_in_whatever_order_it_arrives() throws Exception {
        int all = 25_000;
        spool.delivered(all, 100);
        server.has.clear();
        // The first ones never arrive.
        spool.arrives = id -> id > 600;
        VerifyJob job = work(true);
        assertThat(part(job).checked()).isEqualTo(all);
        assertThat(part(job).sentAgain()).isEqualTo(all);
        assertThat(part(job).repaired()).isEqualTo(all - 600);
        assertThat(part(job).states())
                .containsEntry(CopyState.VERIFIED, all - 600L)
                .containsEntry(CopyState.MISSING, 600L);
        assertThat(part(job).problem()).isEqualTo("600 that were sent again wait, or were parked");
        assertThat(spool.mostAsked).as("page by page").isLessThanOrEqualTo(500);
        assertThat(spool.mostWaiting).as("no request keeps everything in mind").isLessThanOrEqualTo(10_200);
    }

    @Test
    void what_was_sent_again_to_a_server_that_then_goes_away_is_counted() throws Exception {
        spool.delivered(5, 5);
        server.has.clear();
        spool.arrives = id -> {
            server.fails.put("study 1.9.0", noConnection());
            return true;
        };
        VerifyJob job = work(true);
        assertThat(part(job).sentAgain()).isEqualTo(5);
        assertThat(part(job).repaired()).isZero();
        assertThat(part(job).states()).containsEntry(CopyState.UNVERIFIABLE, 1L).containsEntry(CopyState.MISSING, 4L);
        assertThat(part(job).problem()).isEqualTo("4 that were sent again were not checked: no answer");
    }

    /** A server that has what it has, and fails as it is told. */
    private static final class FakeServer implements Archive {

        private final Map<String, Map<Uid, String>> has = new HashMap<>();
        private final Map<String, IOException> fails = new TreeMap<>();
        private final List<String> asked = new ArrayList<>();

        void take(Copy copy) {
            Uid uid = copy.instance().sopInstance();
            has.computeIfAbsent(copy.instance().studyInstanceUid(), study -> new HashMap<>())
                    .put(uid, uid.value());
        }

        private void ask(String question) throws IOException {
            asked.add(question);
            @Nullable IOException failure = fails.get(question);
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public Holdings study(Copy copy) throws IOException {
            ask("study " + copy.instance().studyInstanceUid());
            return Holdings.whole(has.getOrDefault(copy.instance().studyInstanceUid(), Map.of()));
        }

        @Override
        public Optional<String> name(Copy copy) {
            return Optional.of(copy.instance().sopInstance().value());
        }

        @Override
        public Finding check(Copy copy, String name, Level level) throws IOException {
            ask("check " + name);
            return Finding.verified("by a fake", Optional.empty());
        }

        @Override
        public void fetch(Copy copy, String name, Finding checked, Copies.DatasetTarget target) {
            throw new IllegalStateException("nothing is fetched");
        }
    }

    /** A spool with delivered instances, whose bytes are still there. */
    private final class FakeSpool implements Copies, EmptySearch {

        private final Map<Long, Copy> delivered = new TreeMap<>();
        private final Map<Long, Copy> pending = new TreeMap<>();
        private final List<CopyState> noted = new ArrayList<>();
        private Function<Long, Boolean> arrives = id -> true;
        private int mostAsked;
        private int mostWaiting;

        /** So many instances, so many per study. */
        void delivered(int count, int perStudy) {
            for (int id = 1; id <= count; id++) {
                Copy copy = VerifierTest.copy(id, "1.9." + (id - 1) / perStudy, false);
                delivered.put(copy.deliveryId(), copy);
                server.take(copy);
            }
        }

        @Override
        public boolean sendAgain(long deliveryId, String reason) {
            pending.put(deliveryId, delivered.remove(deliveryId));
            mostWaiting = Math.max(mostWaiting, pending.size());
            return true;
        }

        @Override
        public List<Copy> copies(List<Long> deliveryIds) {
            mostAsked = Math.max(mostAsked, deliveryIds.size());
            for (Long id : deliveryIds) {
                Copy waiting = pending.get(id);
                if (waiting != null && arrives.apply(id / 1024)) {
                    pending.remove(id);
                    delivered.put(id, waiting);
                    server.take(waiting);
                }
            }
            return deliveryIds.stream()
                    .filter(delivered::containsKey)
                    .map(delivered::get)
                    .toList();
        }

        @Override
        public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
            long from = after.map(Long::parseLong).orElse(0L);
            List<FoundDelivery> found = LongStream.rangeClosed(from + 1, from + limit)
                    .filter(id -> delivered.containsKey(id * 1024) || pending.containsKey(id * 1024))
                    .mapToObj(FakeSpool::found)
                    .toList();
            return new Page<>(
                    found, found.size() < limit ? Optional.empty() : Optional.of(Long.toString(from + limit)));
        }

        private static FoundDelivery found(long id) {
            return new FoundDelivery(
                    id * 1024,
                    id,
                    "1.2.3." + id,
                    "1.9",
                    "",
                    "CT",
                    "all",
                    1,
                    Optional.of("pacs"),
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
        }

        @Override
        public void checked(List<Checked> results) {
            results.forEach(result -> noted.add(result.state()));
        }

        @Override
        public List<Copy> ofInstance(long instanceId) {
            return List.of();
        }

        @Override
        public List<Copy> due(String destination, Instant now, int max) {
            return List.of();
        }

        @Override
        public void checkAfter(Function<String, Optional<Duration>> after) {
            throw new IllegalStateException("no request changes this");
        }

        @Override
        public void postpone(List<Long> deliveryIds, Instant until) {
            throw new IllegalStateException("no request changes this");
        }

        @Override
        public <T> Optional<T> read(long instanceId, Reading<T> reading) {
            return Optional.empty();
        }

        @Override
        public boolean restore(long deliveryId, DatasetSource dataset, String reason) {
            throw new IllegalStateException("its bytes are there");
        }

        @Override
        public Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
            return new Page<>(List.of(), Optional.empty());
        }
    }
}
