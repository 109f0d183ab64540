package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.Found;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PausableIntakeTest {

    private static final Intake.Arrival ARRIVAL = new Intake.Arrival(
            Uid.of("1.2.840.10008.5.1.4.1.1.2"),
            Uid.of("1.2.3.4"),
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
            new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
            Optional.empty());

    @TempDir
    private Path folder;

    private Path spool;
    private Runnable whileReceiving = () -> {};
    private PausableIntake intake;

    @BeforeEach
    void make_the_spool() throws IOException {
        spool = Files.createDirectories(folder.resolve("var/spool"));
        intake = besideSpool();
    }

    @Test
    void an_instance_under_way_is_finished_and_counted_and_no_further_one_is_taken() throws Exception {
        whileReceiving = () -> {
            intake.drain("moves");
            assertThat(intake.underWay()).isEqualTo(1);
        };
        intake.accept(ARRIVAL, InputStream.nullInputStream());
        assertThat(intake.underWay()).isZero();
        assertThatThrownBy(() -> intake.accept(ARRIVAL, InputStream.nullInputStream()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(RefusedException.Kind.CLOSED))
                .hasMessage("an operator drains the gateway: moves");
        assertThat(intake.underWay()).isZero();
        assertThat(intake.closedBecause()).hasValue("an operator drains the gateway: moves");
    }

    @Test
    void a_pause_lets_open_associations_go_on() throws Exception {
        intake.pause("new disk");
        assertThat(intake.closedBecause()).hasValue("an operator paused receiving: new disk");
        assertThat(intake.accept(ARRIVAL, InputStream.nullInputStream())).isNotNull();
    }

    @Test
    void a_drain_ends_with_the_process_and_a_pause_does_not() {
        intake.drain("");
        assertThat(besideSpool().closedBecause()).isEmpty();
        intake.pause("new disk");
        assertThat(intake.closedBecause()).hasValue("an operator drains the gateway");
        assertThat(besideSpool().paused()).hasValue("new disk");
    }

    @Test
    void resuming_ends_both() throws Exception {
        intake.drain("");
        intake.pause("");
        assertThat(intake.resume()).isTrue();
        assertThat(intake.closedBecause()).isEmpty();
        assertThat(intake.accept(ARRIVAL, InputStream.nullInputStream())).isNotNull();
        assertThat(intake.resume()).isFalse();
    }

    private PausableIntake besideSpool() {
        return PausableIntake.besideSpool(spool, new Intake() {
            @Override
            public Optional<String> closedBecause() {
                return Optional.empty();
            }

            @Override
            public Accepted accept(Arrival arrival, InputStream dataset) {
                whileReceiving.run();
                return new Accepted(Found.instance().instance(), new Plan(1, List.of()));
            }
        });
    }
}
