package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.spool.engine.SqliteLedgerSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What storage commitment sees of a real spool with a real ledger. */
class WhereaboutsTest {

    private static final String UID = "1.2.3.4.5";

    @TempDir
    private Path directory;

    @Test
    void after_it_caught_up_the_version_that_was_received_last_is_seen() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool =
                harness.open(FaultyDisk.healthy(), new SqliteLedgerSource(new Folders(directory).ledger()))) {
            for (int i = 1; i <= 50; i++) {
                long version = SpoolHarness.accept(spool, UID, "CT", 100 + i)
                        .instance()
                        .id();
                spool.catchUp();
                assertThat(spool.newest(Uid.of(UID))).hasValueSatisfying(found -> {
                    assertThat(found.number()).isEqualTo(version);
                    assertThat(found.copies())
                            .extracting(Whereabouts.VersionAt::state)
                            .containsExactly(DeliveryState.PENDING);
                });
            }
        }
    }

    @Test
    void a_delivery_is_seen_when_it_is_settled() throws Exception {
        SpoolHarness harness = new SpoolHarness(directory);
        try (Spool spool =
                harness.open(FaultyDisk.healthy(), new SqliteLedgerSource(new Folders(directory).ledger()))) {
            SpoolHarness.accept(spool, UID, "MG", 100);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            spool.catchUp();
            assertThat(spool.newest(Uid.of(UID)).orElseThrow().copies())
                    .extracting(Whereabouts.VersionAt::state)
                    .containsExactly(DeliveryState.DELIVERED, DeliveryState.PENDING);
            assertThat(spool.newest(Uid.of("9.9.9"))).isEmpty();
        }
    }
}
