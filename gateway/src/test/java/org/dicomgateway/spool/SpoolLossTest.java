package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.log.SegmentHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the spool are gone or cut while the ledger knows of them: it opens, says so, and delivers all the rest. */
class SpoolLossTest {

    private static final String SMALL = "1.2.1";
    private static final String LARGE = "1.2.2";
    private static final String LATER = "1.2.3";

    @TempDir
    private Path directory;

    private SpoolHarness harness;
    private Folders folders;

    @BeforeEach
    void two_segments_and_a_large_instance() throws Exception {
        harness = new SpoolHarness(directory);
        folders = new Folders(directory);
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, SMALL, "CT", 8_000);
            SpoolHarness.accept(spool, LARGE, "CT", 3 * SpoolHarness.LARGE);
        }
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, LATER, "CT", 8_000);
        }
    }

    @Test
    void a_segment_that_is_gone_costs_what_was_in_it_and_no_more() throws Exception {
        Files.delete(segmentOf(SMALL));

        assertThat(found()).containsOnly(Map.entry(SMALL, false), Map.entry(LARGE, true), Map.entry(LATER, true));
    }

    @Test
    void a_segment_that_is_cut_costs_what_was_behind_and_no_more() throws Exception {
        try (FileChannel segment = FileChannel.open(segmentOf(SMALL), StandardOpenOption.WRITE)) {
            segment.truncate(SegmentHeader.LENGTH + 1_000);
        }

        assertThat(found()).containsOnly(Map.entry(SMALL, false), Map.entry(LARGE, true), Map.entry(LATER, true));
    }

    @Test
    void a_large_file_that_is_gone_cut_or_changed_is_noticed_and_costs_no_other() throws Exception {
        Path large = folders.large().resolve("2.dcm");
        byte[] whole = Files.readAllBytes(large);
        List<byte[]> damages = new ArrayList<>();
        for (int length : new int[] {0, 100, whole.length / 2, whole.length - 1}) {
            damages.add(Arrays.copyOf(whole, length));
        }
        for (int at : new int[] {0, 400, whole.length / 2, whole.length - 1}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            damages.add(flipped);
        }
        for (byte[] damage : damages) {
            Files.write(large, damage);
            assertThat(found())
                    .containsEntry(LARGE, false)
                    .containsEntry(SMALL, true)
                    .containsEntry(LATER, true);
        }
        Files.delete(large);
        assertThat(found())
                .containsEntry(LARGE, false)
                .containsEntry(SMALL, true)
                .containsEntry(LATER, true);
    }

    /** The first segment is the one of the first instance. */
    private Path segmentOf(String first) {
        assertThat(first).isEqualTo(SMALL);
        return folders.segment(1);
    }

    /** SOP Instance UID → whether it comes out as it went in; anything else but a failure to read fails the test. */
    private Map<String, Boolean> found() throws IOException {
        Map<String, Boolean> found = new HashMap<>();
        try (Spool spool = harness.open()) {
            for (Claim claim : spool.claim(SpoolHarness.PACS, 10)) {
                String uid = claim.instance().sopInstance().value();
                int size = uid.equals(LARGE) ? 3 * SpoolHarness.LARGE : 8_000;
                try {
                    byte[] read = SpoolHarness.read(spool, claim);
                    assertThat(read).isEqualTo(SpoolHarness.dataset(uid, "CT", size));
                    found.put(uid, true);
                } catch (IOException e) {
                    assertThat(e).hasMessageNotContaining("null");
                    found.put(uid, false);
                }
            }
            assertThat(spool.books().values()).allMatch(SpoolView.Books::balanced);
        }
        return found;
    }
}
