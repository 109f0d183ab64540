package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code transcode} of a destination, and what may be made by it. */
class TranscodeSettingsTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax JPEG_BASELINE = TransferSyntax.of("1.2.840.10008.1.2.4.50");

    @TempDir
    private Path directory;

    private TranscodeSettings read(String place, String transcode) throws IOException, ConfigurationException {
        Path gateway = directory.resolve("gateway.conf");
        Files.writeString(gateway, "gateway {}");
        Files.writeString(
                directory.resolve("routing.conf"), "destinations.a { %s%s }%nroutes = []".formatted(place, transcode));
        return Configuration.loadAll(gateway).routing().destinations().values().stream()
                .findFirst()
                .orElseThrow()
                .transcode();
    }

    private TranscodeSettings node(String transcode) throws IOException, ConfigurationException {
        return read("ae-title = A, host = localhost, port = 104", transcode);
    }

    private TranscodeSettings web(String transcode) throws IOException, ConfigurationException {
        return read("dicomweb.url = \"http://localhost/dicom-web\"", transcode);
    }

    @Test
    void words_and_lists_are_read() throws Exception {
        assertThat(node("")).isEqualTo(TranscodeSettings.NEVER);
        assertThat(node(", transcode = never").isOn()).isFalse();
        assertThat(node(", transcode = uncompressed-vr")).isEqualTo(TranscodeSettings.UNCOMPRESSED_VR);
        assertThat(node(", transcode = lossless")).isEqualTo(TranscodeSettings.LOSSLESS);
        assertThat(node(", transcode = [RLELossless, \"1.2.840.10008.1.2.1\"]").syntaxes())
                .containsExactly(TranscodeSettings.RLE, EXPLICIT);
    }

    @Test
    void what_loses_something_or_is_not_known_is_refused() {
        assertThatThrownBy(() -> node(", transcode = [\"1.2.840.10008.1.2.4.50\"]"))
                .hasMessageContaining("makes only what loses nothing");
        assertThatThrownBy(() -> node(", transcode = always")).hasMessageContaining("uncompressed-vr");
        assertThatThrownBy(() -> web(", transcode = lossless")).hasMessageContaining("over DICOMweb");
    }

    @Test
    void what_was_received_is_offered_first_and_a_list_decides_over_DICOMweb() throws Exception {
        assertThat(TranscodeSettings.UNCOMPRESSED_VR.forms(IMPLICIT, true)).containsExactly(IMPLICIT, EXPLICIT);
        assertThat(TranscodeSettings.UNCOMPRESSED_VR.forms(TranscodeSettings.RLE, true))
                .containsExactly(TranscodeSettings.RLE);
        assertThat(TranscodeSettings.LOSSLESS.forms(JPEG_BASELINE, true)).containsExactly(JPEG_BASELINE);
        TranscodeSettings list = web(", transcode = [ExplicitVRLittleEndian]");
        assertThat(list.forms(TranscodeSettings.JPEG_LS, false)).containsExactly(EXPLICIT);
        assertThat(list.forms(EXPLICIT, false)).containsExactly(EXPLICIT);
        assertThat(list.forms(JPEG_BASELINE, false)).containsExactly(JPEG_BASELINE);
        assertThat(web(", transcode = uncompressed-vr").forms(IMPLICIT, false)).containsExactly(EXPLICIT);
        assertThat(TranscodeSettings.UNCOMPRESSED_VR.forms(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN, false))
                .isEqualTo(List.of(EXPLICIT));
    }
}
