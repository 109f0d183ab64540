package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.dicomgateway.spool.disk.FaultyDisk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.engine.Spool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is finished gives its room back, once. */
class SweeperTest {

    @TempDir
    private Path directory;

    @Test
    void the_file_of_a_delivered_instance_goes_at_once_and_is_not_asked_for_again() throws Exception {
        FaultyDisk disk = FaultyDisk.healthy();
        try (Spool spool = new SpoolHarness(directory).open(disk)) {
            SpoolHarness.accept(spool, "1.2.3.1", "CT", 2 * SpoolHarness.LARGE);
            assertThat(files()).isEqualTo(1);
            SpoolHarness.keepHouse(spool);
            assertThat(files()).as("what waits").isEqualTo(1);
            SpoolHarness.deliverAll(spool, SpoolHarness.PACS);
            // No segment is finished: the only one is still being written.
            SpoolHarness.keepHouse(spool);
            assertThat(files()).isZero();
            SpoolHarness.settleDown(spool);
            long deletions = deletions(disk);
            SpoolHarness.keepHouse(spool);
            assertThat(deletions(disk)).isEqualTo(deletions);
        }
    }

    private long files() throws Exception {
        try (Stream<Path> files = Files.list(new Folders(directory).large())) {
            return files.count();
        }
    }

    private static long deletions(FaultyDisk disk) {
        return disk.operations().stream()
                .filter(operation -> operation.startsWith("delete") && operation.endsWith(".dcm"))
                .count();
    }
}
