package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ClusterTorture}, which {@code scripts/torture.sh --cluster} runs: the suite has no minutes for it. */
class ClusterTortureIT {

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("torture.seconds", 20));
    private static final long SEED = Long.getLong("torture.seed", 1);

    @TempDir
    private Path directory;

    @Test
    void nothing_that_a_gateway_of_a_cluster_answered_with_success_is_lost_whatever_happens() throws Exception {
        Torture.Report report = new ClusterTorture(directory, SEED, System.out).run(TIME);

        assertThat(report.wrong()).isEmpty();
        assertThat(report.answered()).isGreaterThan((int) TIME.toSeconds());
        assertThat(report.faults()).isGreaterThan((int) TIME.toSeconds() / 5);
    }

    @Test
    void without_a_synchronous_standby_a_loss_is_seen() throws Exception {
        Torture.Report report = new ClusterTorture(directory, SEED, System.out).runWithoutSynchronousStandby();

        assertThat(report.answered()).isEqualTo(20);
        assertThat(report.wrong()).hasSize(30).allMatch(each -> each.startsWith("lost"));
    }
}
