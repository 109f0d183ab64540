package org.dicomgateway.spool.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.spool.ledger.LedgerFixtures.START;
import static org.dicomgateway.spool.ledger.LedgerFixtures.delivered;
import static org.dicomgateway.spool.ledger.LedgerFixtures.delivery;
import static org.dicomgateway.spool.ledger.LedgerFixtures.inLog;
import static org.dicomgateway.spool.ledger.LedgerFixtures.instance;
import static org.dicomgateway.spool.ledger.LedgerFixtures.parked;
import static org.dicomgateway.spool.ledger.LedgerFixtures.plan;
import static org.dicomgateway.spool.ledger.LedgerFixtures.received;
import static org.dicomgateway.spool.ledger.LedgerFixtures.retry;
import static org.dicomgateway.spool.ledger.LedgerFixtures.settled;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolSearch;
import org.dicomgateway.spool.SpoolSearch.Event;
import org.dicomgateway.spool.SpoolSearch.EventKind;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.SpoolSearch.StudyAt;
import org.dicomgateway.spool.SpoolView.Selection;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.sqlite.DeliveryEvents;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.SqliteLedger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances 1 to 40, four studies of ten, received a second apart. */
class CatalogueTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private Ledger ledger;
    private Catalogue catalogue;

    @BeforeEach
    void fill() throws Exception {
        Path file = folder.resolve("ledger.db");
        ledger = SqliteLedger.open(file, Candidates.FIRST);
        catalogue = new Catalogue(new LedgerFile(file), LONG);
        apply(new Change.DestinationsChanged(Set.of("a", "b")));
        for (long id = 1; id <= 40; id++) {
            apply(id == 40 ? received(id) : received(id, "a", id % 2 == 0 ? "b" : "gone"));
        }
        for (long id = 1; id <= 20; id++) {
            apply(delivered(id, 0));
        }
        apply(parked(2, 1), parked(4, 1), parked(32, 0));
    }

    @AfterEach
    void close() {
        catalogue.close();
        ledger.close();
    }

    @Test
    void everything_comes_newest_first_page_by_page_and_nothing_twice() {
        assertThat(ids(Search.ALL, 7)).isEqualTo(newestFirst(1, 40));
        assertThat(catalogue.instances(Search.ALL, Optional.empty(), 40).next()).isPresent();
        assertThat(catalogue.instances(Search.ALL, Optional.empty(), 41).next()).isEmpty();
    }

    @Test
    void instances_are_found_by_each_of_their_attributes() throws Exception {
        assertThat(ids(with("study", "1.2.3.2"), 3)).isEqualTo(newestFirst(20, 29));
        assertThat(ids(with("series", "1.2.3.2.1"), 3)).isEqualTo(newestFirst(20, 29));
        assertThat(ids(with("patient", "PÄT-3"), 3)).isEqualTo(newestFirst(30, 39));
        assertThat(ids(with("instance", "1.2.3.4.17"), 3)).containsExactly(17L);
        assertThat(ids(with("calledAe", "GATEWAY"), 9)).hasSize(40);
        assertThat(ids(with("callingAe", "CT2"), 9)).isEmpty();
        apply(received(inLog(from("CT2", instance(50, "1.9", "1.2.3.2")), 1), plan("a")));
        assertThat(ids(with("callingAe", "CT2"), 9)).containsExactly(50L);
        assertThat(ids(with("study", "1.2.3.2"), 9)).hasSize(11).startsWith(50L);
        assertThat(ids(with("accession", "none"), 9)).isEmpty();
    }

    @Test
    void upper_and_lower_case_of_an_accession_number_do_not_count() throws Exception {
        apply(received(inLog(numbered("Acc-4711", instance(50)), 1), plan("a")));
        for (String asked : List.of("Acc-4711", "ACC-4711", "acc-4711")) {
            assertThat(ids(with("accession", asked), 9)).as(asked).containsExactly(50L);
            assertThat(studies(catalogue, with("accession", asked), 9))
                    .as(asked)
                    .containsExactly("1.2.3.5");
        }
        assertThat(ids(with("accession", "acc-471"), 9)).isEmpty();
        assertThat(ids(with("patient", "pÄT-3"), 9))
                .as("a Patient ID is as written")
                .isEmpty();
    }

    @Test
    void the_stories_of_a_study_come_page_by_page() throws Exception {
        apply(retry(22, 0, START));
        List<Long> seen = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Page<SpoolSearch.Story> page = catalogue.stories(with("study", "1.2.3.2"), next, 3);
            for (SpoolSearch.Story story : page.items()) {
                long id = story.instance().instance().id();
                seen.add(id);
                assertThat(story.events())
                        .isEqualTo(catalogue.story(id).orElseThrow().events());
            }
            next = page.next();
        } while (next.isPresent());
        assertThat(seen).isEqualTo(newestFirst(20, 29));
        assertThat(told(22)).contains(EventKind.ATTEMPT);
    }

    @Test
    void a_merged_delivery_is_told_as_delivered_when_the_one_that_it_was_merged_with_is_and_not_before()
            throws Exception {
        Plan twice = new Plan(
                1,
                List.of(
                        new Plan.PlannedDelivery("first", 1, List.of("a"), 0, false),
                        new Plan.PlannedDelivery("second", 1, List.of("a"), 0, false)));
        apply(received(inLog(instance(50), 1), twice));
        assertThat(told(50)).as("pending").doesNotContain(EventKind.DELIVERED);
        apply(parked(50, 0));
        assertThat(told(50)).as("parked").contains(EventKind.PARKED).doesNotContain(EventKind.DELIVERED);
        apply(received(inLog(instance(51), 1), twice), delivered(51, 0));
        assertThat(told(51)).as("delivered").endsWith(EventKind.DELIVERED, EventKind.DELIVERED);
    }

    private List<EventKind> told(long id) {
        return catalogue.story(id).orElseThrow().events().stream()
                .map(Event::kind)
                .toList();
    }

    @Test
    void a_time_is_from_inclusive_to_exclusive() {
        Search search = new Search("", "", "", "", "", "", "", "", "", Optional.empty(), at(10), at(15));
        assertThat(ids(search, 2)).isEqualTo(newestFirst(10, 14));
    }

    @Test
    void route_destination_and_state_are_those_of_one_delivery() {
        assertThat(ids(deliveries("", "a", DeliveryState.PENDING), 4))
                .isEqualTo(newestFirst(21, 39).stream().filter(id -> id != 32).toList());
        assertThat(ids(deliveries("", "a", DeliveryState.PARKED), 4)).containsExactly(32L);
        assertThat(ids(deliveries("", "b", DeliveryState.PARKED), 4)).containsExactly(4L, 2L);
        assertThat(ids(deliveries("", "", DeliveryState.PARKED), 1)).containsExactly(32L, 4L, 2L);
        assertThat(ids(deliveries("all", "a", DeliveryState.DELIVERED), 6)).isEqualTo(newestFirst(1, 20));
        assertThat(ids(deliveries("other", "a", DeliveryState.DELIVERED), 6)).isEmpty();
        assertThat(ids(deliveries("", "gone", DeliveryState.PENDING), 6)).isEmpty();
        assertThat(ids(deliveries("", "gone", DeliveryState.HELD), 6)).hasSize(20);
        // and with what no route applies to
        assertThat(ids(deliveries("", "", DeliveryState.HELD), 6)).hasSize(21).startsWith(40L);
    }

    @Test
    void deliveries_are_paged_within_an_instance_too() {
        List<Long> all = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Page<FoundDelivery> page = catalogue.deliveries(Search.ALL, next, 3);
            page.items().forEach(delivery -> all.add(delivery.id()));
            assertThat(page.items().size()).isLessThanOrEqualTo(3);
            next = page.next();
        } while (next.isPresent());
        assertThat(all).hasSize(78).doesNotHaveDuplicates().isSortedAccordingTo((x, y) -> Long.compare(y, x));
        Page<FoundDelivery> parked =
                catalogue.deliveries(deliveries("", "b", DeliveryState.PARKED), Optional.empty(), 9);
        assertThat(parked.items())
                .extracting(FoundDelivery::id, FoundDelivery::reason, FoundDelivery::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                delivery(4, 1), "dataset does not match SOP class", DeliveryState.PARKED),
                        org.assertj.core.groups.Tuple.tuple(
                                delivery(2, 1), "dataset does not match SOP class", DeliveryState.PARKED));
    }

    @Test
    void a_search_that_is_late_ends_its_page_and_goes_on_there() {
        try (Catalogue hasty = new Catalogue(new LedgerFile(folder.resolve("ledger.db")), Duration.ZERO)) {
            Search search = deliveries("", "", DeliveryState.PARKED);
            Page<FoundInstance> first = hasty.instances(search, Optional.empty(), 10);
            assertThat(first.items()).isEmpty();
            assertThat(first.next()).isPresent();
            Set<Long> found = new HashSet<>();
            Optional<String> next = Optional.empty();
            int pages = 0;
            do {
                Page<FoundInstance> page = hasty.instances(search, next, 10);
                page.items().forEach(each -> found.add(each.instance().id()));
                next = page.next();
                pages++;
            } while (next.isPresent());
            assertThat(found).containsExactlyInAnyOrder(2L, 4L, 32L);
            assertThat(pages).isGreaterThan(30);
            assertThat(studies(hasty, Search.ALL, 2)).hasSize(5).doesNotHaveDuplicates();
            assertThat(studies(hasty, search, 2)).containsExactly("1.2.3.3", "1.2.3.0");
        }
    }

    @Test
    void studies_stand_where_their_newest_is_and_are_whole() throws Exception {
        assertThat(studies(catalogue, Search.ALL, 2))
                .containsExactly("1.2.3.4", "1.2.3.3", "1.2.3.2", "1.2.3.1", "1.2.3.0");
        assertThat(studies(catalogue, deliveries("", "", DeliveryState.PARKED), 1))
                .containsExactly("1.2.3.3", "1.2.3.0");
        assertThat(studies(catalogue, with("study", "1.2.3.1"), 1)).containsExactly("1.2.3.1");
        assertThat(studies(catalogue, with("patient", "PÄT-2"), 1)).containsExactly("1.2.3.2");
        assertThat(studies(catalogue, with("instance", "1.2.3.4.12"), 1)).containsExactly("1.2.3.1");

        FoundStudy study = catalogue
                .studies(with("study", "1.2.3.0"), Optional.empty(), 5)
                .items()
                .get(0);
        assertThat(study.instances()).isEqualTo(9);
        assertThat(study.bytes()).isEqualTo(9 * 600);
        assertThat(study.firstReceivedAt()).isEqualTo(START.plusSeconds(1));
        assertThat(study.lastReceivedAt()).isEqualTo(START.plusSeconds(9));
        assertThat(study.callingAes()).containsExactly("CT1");
        assertThat(study.modalities()).containsExactly("CT");
        assertThat(study.destinations())
                .containsExactly(
                        new StudyAt("a", 9, 0, 0, 0, 0, 0, "", 0, 0, 0, 0, 0),
                        new StudyAt("b", 0, 2, 2, 0, 0, 0, "dataset does not match SOP class", 0, 0, 0, 0, 0),
                        new StudyAt("gone", 0, 0, 0, 5, 0, 0, "", 0, 0, 0, 0, 0));
    }

    @Test
    void the_story_of_an_instance_has_every_failed_attempt_and_what_operators_did() throws Exception {
        apply(retry(22, 0, START), retry(22, 0, START), parked(22, 0));
        apply(new Change.Retried(new Selection("a", "", 0), START.plusSeconds(200)));
        apply(settled(22, 0, new Settlement.Delivered(0xB000)));
        apply(new Change.Rerouted("b", "a", List.of(delivery(22, 1)), START.plusSeconds(300)));

        SpoolSearch.Story story = catalogue.story(22).orElseThrow();

        assertThat(story.events())
                .extracting(Event::kind)
                .containsExactly(
                        EventKind.RECEIVED,
                        EventKind.PLANNED,
                        EventKind.PLANNED,
                        EventKind.ATTEMPT,
                        EventKind.PARKED,
                        EventKind.DELIVERED,
                        EventKind.RETRIED,
                        EventKind.REROUTED,
                        EventKind.DELIVERED);
        Event attempts = story.events().get(3);
        assertThat(attempts.times()).isEqualTo(2);
        assertThat(attempts.status()).hasValue(0xA700);
        assertThat(attempts.reason()).isEqualTo("out of resources");
        assertThat(attempts.destination()).isEqualTo("a");
        assertThat(story.events().get(5).status()).hasValue(0xB000);
        assertThat(catalogue.story(40).orElseThrow().events())
                .extracting(Event::kind)
                .containsExactly(EventKind.RECEIVED, EventKind.HELD);
        assertThat(catalogue.story(99)).isEmpty();
    }

    @Test
    void of_many_different_failures_the_first_and_the_last_are_kept() throws Exception {
        for (int attempt = 1; attempt <= 50; attempt++) {
            apply(settled(21, 0, new Settlement.Retry(START, true, -1, "failure " + attempt)));
        }
        List<Event> attempts = catalogue.story(21).orElseThrow().events().stream()
                .filter(event -> event.kind() == EventKind.ATTEMPT)
                .toList();
        assertThat(attempts).hasSize(DeliveryEvents.MOST);
        assertThat(attempts.get(0).reason()).isEqualTo("failure 1");
        assertThat(attempts.get(1).reason()).isEqualTo("failure 32");
        assertThat(attempts.get(DeliveryEvents.MOST - 1).reason()).isEqualTo("failure 50");
    }

    @Test
    void what_is_discarded_stays_in_the_history_and_leaves_the_books() throws Exception {
        apply(new Change.Discarded(
                List.of(delivery(2, 1), delivery(1, 1), delivery(3, 0), delivery(21, 0)),
                List.of(40L, 39L),
                "sent twice",
                START.plusSeconds(500)));

        assertThat(ids(deliveries("", "", DeliveryState.DISCARDED), 9)).containsExactly(2L, 1L);
        assertThat(ids(deliveries("", "", DeliveryState.HELD), 9)).doesNotContain(40L, 1L);
        assertThat(ledger.unrouted()).isZero();
        assertThat(ledger.books()).isEqualTo(ledger.recount());
        List<Event> events = catalogue.story(2).orElseThrow().events();
        Event last = events.get(events.size() - 1);
        assertThat(last.kind()).isEqualTo(EventKind.DISCARDED);
        assertThat(last.reason()).isEqualTo("sent twice");
        assertThat(ledger.find(2)).isEmpty();
    }

    @Test
    void the_oldest_that_waits_is_known_per_destination() {
        assertThat(catalogue.oldestWaiting())
                .isEqualTo(Map.of("a", START.plusSeconds(21), "b", START.plusSeconds(6), "gone", START.plusSeconds(1)));
    }

    @Test
    void forgotten_history_leaves_nothing_behind() throws Exception {
        apply(retry(6, 1, START), delivered(6, 1), new Change.Forgotten(START.plusSeconds(9_999)));
        assertThat(catalogue.story(6)).isEmpty();
        apply(received(6, "a", "b"));
        assertThat(catalogue.story(6).orElseThrow().events())
                .extracting(Event::kind)
                .containsExactly(EventKind.RECEIVED, EventKind.PLANNED, EventKind.PLANNED);
    }

    @Test
    void a_cursor_of_nobody_is_refused() {
        assertThatThrownBy(() -> catalogue.instances(Search.ALL, Optional.of("1; DROP TABLE"), 5))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_ledger_that_is_not_there_is_told() {
        try (Catalogue none = new Catalogue(new LedgerFile(folder.resolve("no/ledger.db")))) {
            assertThatThrownBy(() -> none.story(1)).isInstanceOf(SearchException.class);
        }
    }

    private void apply(Change... changes) throws LedgerException {
        ledger.apply(List.of(changes));
    }

    private List<Long> ids(Search search, int limit) {
        List<Long> ids = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Page<FoundInstance> page = catalogue.instances(search, next, limit);
            assertThat(page.items().size()).isLessThanOrEqualTo(limit);
            page.items().forEach(found -> ids.add(found.instance().id()));
            next = page.next();
        } while (next.isPresent());
        return ids;
    }

    private static List<String> studies(Catalogue catalogue, Search search, int limit) {
        List<String> studies = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            Page<FoundStudy> page = catalogue.studies(search, next, limit);
            page.items().forEach(found -> studies.add(found.study()));
            next = page.next();
        } while (next.isPresent());
        return studies;
    }

    private static List<Long> newestFirst(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(id -> first + last - id)
                .toList();
    }

    private static Optional<java.time.Instant> at(long second) {
        return Optional.of(START.plusSeconds(second));
    }

    private static Instance from(String caller, Instance instance) {
        return new Instance(
                instance.id(),
                instance.sopClass(),
                instance.sopInstance(),
                instance.transferSyntax(),
                instance.studyInstanceUid(),
                instance.seriesInstanceUid(),
                instance.patientId(),
                instance.accessionNumber(),
                instance.modality(),
                new Origin(AeTitle.of(caller), AeTitle.of("GATEWAY"), "192.0.2.8"),
                instance.receivedAt(),
                instance.datasetLength());
    }

    private static Instance numbered(String accession, Instance instance) {
        return new Instance(
                instance.id(),
                instance.sopClass(),
                instance.sopInstance(),
                instance.transferSyntax(),
                instance.studyInstanceUid(),
                instance.seriesInstanceUid(),
                instance.patientId(),
                accession,
                instance.modality(),
                instance.origin(),
                instance.receivedAt(),
                instance.datasetLength());
    }

    private static Search deliveries(String route, String destination, DeliveryState state) {
        return new Search(
                "", "", "", "", "", "", "", route, destination, Optional.of(state), Optional.empty(), Optional.empty());
    }

    private static Search with(String field, String value) {
        List<String> fields = List.of("study", "series", "instance", "accession", "patient", "callingAe", "calledAe");
        String[] values =
                fields.stream().map(name -> name.equals(field) ? value : "").toArray(String[]::new);
        return new Search(
                values[0],
                values[1],
                values[2],
                values[3],
                values[4],
                values[5],
                values[6],
                "",
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
