package org.dicomgateway.spool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.search.FoundRows;
import org.dicomgateway.spool.sqlite.ParkedDeliveries.Parked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** No question of the ledger costs more because there is more in it: each is a walk of an index, and none is sorted. */
class LedgerQueryPlanTest {

    private static final Map<String, String> INDEX_WALKS = Map.ofEntries(
            Map.entry("received after an instance", LedgerReader.RECEIVED_AFTER),
            Map.entry("last of a study", LedgerReader.LAST_RECEIVED),
            Map.entry("part of a study", FoundRows.THEIR_PART),
            Map.entry("next priority", LedgerReader.NEXT_PRIORITY),
            Map.entry("due", LedgerReader.DUE),
            Map.entry("due details", LedgerReader.DUE_DETAILS),
            Map.entry("find", LedgerReader.FIND),
            Map.entry("held", LedgerReader.HELD),
            Map.entry("unfinished in a segment", LedgerReader.UNFINISHED_IN),
            Map.entry("unfinished", LedgerReader.UNFINISHED),
            Map.entry("is finished", LedgerReader.IS_FINISHED),
            Map.entry("settled", LedgerWriter.SETTLED),
            Map.entry("finished", Completion.FINISHED),
            Map.entry("deliveries of an instance", DeliveryRow.OF_INSTANCE),
            Map.entry("placed deliveries of an instance", LedgerReader.PLACED),
            Map.entry("placed", Placement.PLACED),
            Map.entry("instance", Placement.INSTANCE),
            Map.entry("where it went last", Affinities.FIND),
            Map.entry("movable", LedgerReader.MOVABLE),
            Map.entry("pending of a destination", LedgerReader.OPEN_PENDING),
            Map.entry("parked of a destination", LedgerReader.OPEN_PARKED),
            Map.entry("last event", DeliveryEvents.LAST),
            Map.entry("the same event again", DeliveryEvents.AGAIN),
            Map.entry("fewer events", DeliveryEvents.THIN_OUT),
            Map.entry("forget events", DeliveryEvents.FORGET),
            Map.entry("others with the UID", Versions.OTHERS),
            Map.entry("they know of each other", Versions.VERSIONED),
            Map.entry("older and pending", Versions.OLDER_PENDING),
            Map.entry("superseded", Versions.SUPERSEDE),
            Map.entry("sent", SentVersions.NOTE),
            Map.entry("not sent", SentVersions.NOT_SENT),
            Map.entry("given up", SentVersions.GIVEN_UP),
            Map.entry("delivered before", SentVersions.DELIVERED_BEFORE),
            Map.entry("newer at a destination", SentVersions.NEWER_AT),
            Map.entry("sent earlier", SentVersions.OWN_EARLIER),
            Map.entry("another version", SentVersions.ANOTHER),
            Map.entry("written", SentVersions.WRITTEN),
            Map.entry("forget where it was sent", SentVersions.FORGET),
            Map.entry("versioned of a destination", Parked.OF_DESTINATION.versioned()),
            Map.entry("versioned of a study", Parked.OF_STUDY.versioned()),
            Map.entry("checks that are due", CopyRows.DUE),
            Map.entry("copies of an instance", CopyRows.OF_INSTANCE),
            Map.entry("where it was delivered", CopyRows.DELIVERED_AT),
            Map.entry("postpone a check", CopyRows.POSTPONE),
            Map.entry("remove a check", CopyRows.REMOVE),
            Map.entry("forget checks", CopyRows.FORGET),
            Map.entry("what is owed", CommitmentRows.OWED),
            Map.entry("asked for", CommitmentRows.ASKED),
            Map.entry("said of a copy", CommitmentRows.SAID),
            Map.entry("asked for sooner", CommitmentRows.HASTEN),
            Map.entry("not committed any more", CommitmentRows.SENT_AGAIN),
            Map.entry("forget commitments", CommitmentRows.FORGET),
            Map.entry("made again", Repeats.PENDING_AGAIN),
            Map.entry("unfinished again", Repeats.UNFINISHED),
            Map.entry("discard", Discards.DISCARD),
            Map.entry("discard what has no route", Discards.DISCARD_UNROUTED),
            Map.entry("forgettable", LedgerHistory.FORGETTABLE),
            Map.entry("forget deliveries", LedgerHistory.FORGET_DELIVERIES),
            Map.entry("parked of a study", Parked.OF_STUDY.count().replace(" GROUP BY destination", "")),
            Map.entry("retry of a study", Parked.OF_STUDY.retry()),
            Map.entry("retry of a destination", Parked.OF_DESTINATION.retry()),
            Map.entry("retry of one", Parked.ONE.retry()));

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> each_question_walks_an_index() {
        return INDEX_WALKS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(),
                        () -> assertThat(plan(entry.getValue()))
                                .isNotEmpty()
                                .noneMatch(step -> step.startsWith("SCAN "))
                                .noneMatch(step -> step.contains("TEMP B-TREE"))));
    }

    @Test
    void what_is_due_comes_from_one_index_in_its_order() throws Exception {
        assertThat(plan(LedgerReader.DUE))
                .containsExactly("SEARCH delivery USING COVERING INDEX delivery_due "
                        + "(destination=? AND priority=? AND due<?)");
    }

    @Test
    void what_is_not_committed_is_counted_in_an_index_that_holds_nothing_else() throws Exception {
        assertThat(plan(CommitmentRows.DEBTS)).containsExactly("SCAN commitment USING COVERING INDEX commitment_due");
    }

    @Test
    void files_to_delete_stand_in_an_index_that_holds_nothing_else() throws Exception {
        assertThat(plan(LedgerReader.FINISHED_WITH_FILE))
                .containsExactly("SCAN instance USING INDEX instance_file_done");
    }

    @Test
    void what_is_being_sent_and_what_the_journal_needs_stand_in_indexes_that_hold_nothing_else() throws Exception {
        assertThat(plan(SentVersions.BEING_SENT)).containsExactly("SCAN sent USING INDEX sent_now");
        assertThat(plan(SentVersions.UNWRITTEN)).containsExactly("SCAN sent USING INDEX sent_unwritten");
    }

    @Test
    void what_waits_for_a_destination_stands_in_an_index_that_holds_nothing_else() throws Exception {
        assertThat(plan(LedgerReader.UNASSIGNED))
                .containsExactly("SEARCH delivery USING COVERING INDEX delivery_waiting (destination=? AND id>?)");
        assertThat(plan(LedgerReader.COUNT_UNASSIGNED))
                .containsExactly("SEARCH delivery USING COVERING INDEX delivery_waiting (destination=?)");
    }

    @Test
    void what_a_route_remembers_is_forgotten_by_its_time() throws Exception {
        assertThat(plan(Affinities.FORGET)).anyMatch(step -> step.contains("affinity_by_use (last_used<?)"));
    }

    @Test
    void all_parked_deliveries_are_counted_in_their_own_index() throws Exception {
        assertThat(plan(Parked.ALL.count())).containsExactly("SCAN delivery USING COVERING INDEX delivery_parked");
    }

    @Test
    void the_books_are_counted_in_one_pass_over_the_rows_and_nothing_is_sorted() throws Exception {
        assertThat(plan(LedgerReader.COUNTED)).containsExactly("SCAN delivery");
        assertThat(plan(LedgerReader.FORGOTTEN)).containsExactly("SCAN books");
    }

    @Test
    void a_page_of_instances_and_their_deliveries_is_read_by_keys() throws Exception {
        assertThat(plan(FoundRows.INSTANCES))
                .containsExactly("SCAN asked VIRTUAL TABLE INDEX 1:", "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)");
        assertThat(plan(FoundRows.DELIVERIES))
                .containsExactly(
                        "SCAN asked VIRTUAL TABLE INDEX 1:",
                        "SEARCH d USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    }

    @Test
    void copies_and_checks_are_read_by_keys() throws Exception {
        for (String sql : List.of(CopyRows.COPIES, FoundRows.CHECKS, FoundRows.COMMITMENTS)) {
            assertThat(plan(sql))
                    .filteredOn(step -> step.startsWith("SCAN "))
                    .containsExactly("SCAN asked VIRTUAL TABLE INDEX 1:");
        }
    }

    @Test
    void history_is_searched_by_UID_patient_accession_number_and_time() throws Exception {
        for (String condition : List.of(
                "s.study_uid = 'x'",
                "s.series_uid = 'x'",
                "s.patient_id = 'x'",
                "s.accession_number = 'x' COLLATE NOCASE",
                "i.sop_instance = 'x'",
                "i.received_at > 0")) {
            assertThat(plan("SELECT i.id FROM series s JOIN instance i ON i.series = s.id WHERE " + condition))
                    .as(condition)
                    .noneMatch(step -> step.startsWith("SCAN "));
        }
    }

    private List<String> plan(String sql) throws Exception {
        Path file = folder.resolve("ledger.db");
        SqliteLedger.open(file, Candidates.FIRST).close();
        List<String> steps = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (row.next()) {
                steps.add(row.getString("detail"));
            }
        }
        return steps;
    }
}
