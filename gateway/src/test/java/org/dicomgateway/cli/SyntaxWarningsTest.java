package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.cli.check.SyntaxWarnings;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntaxWarningsTest {

    private static final PresentationPair JPEG =
            new PresentationPair(Uid.of("1.2.840.10008.5.1.4.1.1.2"), TransferSyntax.of("1.2.840.10008.1.2.4.70"));

    @TempDir
    private Path folder;

    @Test
    void what_a_destination_has_refused_and_a_listener_accepts_is_warned_of() throws Exception {
        List<DeliveryView> parked = List.of(
                parked("archive", JPEG.refusal()), parked("archive", JPEG.refusal()), parked("gone", JPEG.refusal()));
        assertThat(SyntaxWarnings.of(loaded("dicom {}"), parked))
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.key()).isEqualTo("destinations.archive");
                    assertThat(warning.what())
                            .contains("JPEG Lossless", "1.2.840.10008.1.2.4.70", "2 deliveries are parked", "dicom");
                });
        assertThat(SyntaxWarnings.of(
                        loaded("open {}, strict { port = 0, transfer-syntaxes = ExplicitVRLittleEndian }"), parked))
                .extracting(Warning::what)
                .allMatch(what -> what.endsWith(": open"));
    }

    @Test
    void what_no_listener_accepts_or_is_parked_for_another_reason_is_not() throws Exception {
        String explicit = "dicom.transfer-syntaxes = ExplicitVRLittleEndian";
        assertThat(SyntaxWarnings.of(loaded(explicit), List.of(parked("archive", JPEG.refusal()))))
                .isEmpty();
        assertThat(SyntaxWarnings.of(loaded("dicom {}"), List.of(parked("archive", "refused with 0xA700"))))
                .isEmpty();
    }

    @Test
    void where_no_gateway_runs_nothing_is_known() throws Exception {
        assertThat(SyntaxWarnings.of(loaded("dicom {}"), Map.of())).isEmpty();
    }

    private Loaded loaded(String listeners) throws Exception {
        Path file = Files.writeString(
                folder.resolve("gateway.conf"), "gateway { admin.port = 1, listeners { " + listeners + " } }");
        Files.writeString(
                folder.resolve("routing.conf"),
                "destinations.archive { ae-title = A, host = localhost, port = 1 }\nroutes = []");
        return Configuration.loadAll(file);
    }

    private static DeliveryView parked(String destination, String reason) {
        return new DeliveryView(
                1,
                1,
                "1.2.3",
                "1.2",
                "",
                "CT",
                "everything",
                Optional.of(destination),
                List.of(),
                "parked",
                1,
                Instant.EPOCH,
                Optional.empty(),
                reason,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
