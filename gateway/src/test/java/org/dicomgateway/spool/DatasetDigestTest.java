package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.ledger.LedgerFixtures;
import org.dicomgateway.spool.log.Checksum;
import org.dicomgateway.spool.log.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was sent is known by its digest: in the log and in the ledger, also in one that was built anew. */
class DatasetDigestTest {

    @TempDir
    private Path directory;

    @Test
    void the_checksum_of_the_end_of_a_stream_follows_from_the_whole_and_the_beginning() {
        Random random = new Random(7);
        for (int length : new int[] {0, 1, 7, 8, 1_000, 65_536, 1_000_003}) {
            byte[] stream = new byte[length + 500];
            random.nextBytes(stream);
            for (int beginning : new int[] {0, 1, 132, 500}) {
                byte[] end = Arrays.copyOfRange(stream, beginning, stream.length);
                int first = Checksum.of(Arrays.copyOf(stream, beginning));
                assertThat(Checksum.ofEnd(Checksum.of(stream), first, end.length))
                        .isEqualTo(Checksum.of(end));
            }
        }
    }

    @Test
    void it_is_that_of_the_dataset_alone_whether_the_instance_is_small_or_large() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool = harness.open()) {
            for (int size : new int[] {100, 40_000, 3 * SpoolHarness.LARGE}) {
                String uid = "1.2.3." + size;
                long id = SpoolHarness.accept(spool, uid, "CT", size).instance().id();
                SpoolHarness.settleDown(spool);
                assertThat(harness.ledgers.known(id).orElseThrow().digest())
                        .contains(of(SpoolHarness.dataset(uid, "CT", size)));
            }
        }
    }

    @Test
    void a_ledger_that_is_built_anew_has_it_from_the_log_and_from_files() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        List<Long> ids;
        try (Spool spool = harness.open()) {
            ids = List.of(
                    SpoolHarness.accept(spool, "1.2.3.1", "CT", 100).instance().id(),
                    SpoolHarness.accept(spool, "1.2.3.2", "CT", 3 * SpoolHarness.LARGE)
                            .instance()
                            .id());
        }
        // Of the second one, only the file is left.
        try (Stream<Path> segments = Files.list(new Folders(directory).log())) {
            assertThat(segments.filter(file -> file.toString().endsWith(".seg")))
                    .isNotEmpty();
        }
        harness.ledgers.remove();
        try (Spool spool = harness.open()) {
            SpoolHarness.settleDown(spool);
            assertThat(harness.ledgers.known(ids.get(0)).orElseThrow().digest())
                    .contains(of(SpoolHarness.dataset("1.2.3.1", "CT", 100)));
            assertThat(harness.ledgers.known(ids.get(1)).orElseThrow().digest())
                    .contains(of(SpoolHarness.dataset("1.2.3.2", "CT", 3 * SpoolHarness.LARGE)));
        }
    }

    @Test
    void a_record_without_one_can_be_read() throws Exception {
        Instance instance = LedgerFixtures.instance(1);
        DatasetDigest digest = of(new byte[] {1, 2, 3});
        String json =
                new String(RecordMetadata.json(instance, LedgerFixtures.plan("a"), digest), StandardCharsets.UTF_8);
        assertThat(read(json).datasetDigest()).contains(digest);
        String older = json.replace(",\"digest\":\"" + digest + "\"", "");
        assertThat(older).doesNotContain("digest");
        assertThat(read(older).datasetDigest()).isEmpty();
        assertThat(read(older).instance(1, instance.datasetLength())).isEqualTo(instance);
        assertThatThrownBy(() -> read(json.replace(digest.toString(), "no digest")))
                .hasMessageContaining("does not fit this version");
    }

    private static RecordMetadata read(String json) throws Exception {
        return RecordMetadata.fromJson(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_change_of_any_bit_changes_it_and_its_text_and_number_stand_for_it() {
        byte[] dataset = SpoolHarness.dataset("1.2.3.1", "CT", 1_000);
        DatasetDigest digest = of(dataset);
        for (int bit = 0; bit < dataset.length * 8; bit += 13) {
            byte[] changed = dataset.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(of(changed)).isNotEqualTo(digest);
        }
        assertThat(DatasetDigest.of(digest.number())).isEqualTo(digest);
        assertThat(DatasetDigest.of(digest.toString())).isEqualTo(digest);
        assertThat(new DatasetDigest(-1, 1)).hasToString("ffffffff00000001");
        CRC32C crc = new CRC32C();
        crc.update(dataset, 0, dataset.length);
        assertThat(Optional.of(digest.crc32c())).contains((int) crc.getValue());
    }

    static DatasetDigest of(byte[] dataset) {
        DatasetDigest.Calculation calculation = new DatasetDigest.Calculation();
        calculation.add(dataset, 0, dataset.length);
        return calculation.digest();
    }
}
