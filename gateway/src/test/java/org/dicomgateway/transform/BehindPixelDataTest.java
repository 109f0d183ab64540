package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.transform.Transforms.EXPLICIT;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.profile;
import static org.dicomgateway.transform.Transforms.rules;
import static org.dicomgateway.transform.Transforms.tag;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes behind the pixel data: rules hold for them as well, or nothing is sent. */
class BehindPixelDataTest {

    private static final RuleSettings REMOVE_GROUP = new RuleSettings.Remove(0x7FE10000, true);
    private static final RuleSettings REMOVE_NAME = new RuleSettings.Remove(tag("PatientName"), false);

    private static Dataset secret() {
        return new Dataset().text("PatientName", "DOE^JANE").text("PatientID", "4711");
    }

    private static Dataset withPrivate() {
        return Dataset.ct("1.2.9")
                .text(0x7FE10010, "LO", "ACME MOVIE", StandardCharsets.US_ASCII)
                .items(0x7FE11001, "SQ", secret());
    }

    private static String text(byte[] output) {
        return new String(output, StandardCharsets.ISO_8859_1);
    }

    @Test
    void what_is_removed_is_removed_there_too() throws IOException {
        assertThat(text(apply(rules(REMOVE_GROUP), withPrivate())))
                .doesNotContain("ACME")
                .doesNotContain("JANE");
        assertThat(text(apply(rules(REMOVE_NAME), withPrivate())))
                .contains("ACME")
                .doesNotContain("JANE");
        assertThat(text(apply(profile(), withPrivate()))).doesNotContain("ACME").doesNotContain("JANE");
    }

    @Test
    void what_would_be_written_there_is_not_sent() {
        assertThatThrownBy(() -> apply(rules(new RuleSettings.Set(tag("PatientID"), "X")), withPrivate()))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("behind its pixel data");
    }

    @Test
    void what_should_be_converted_to_Unicode_there_is_not_sent() throws IOException {
        RuleSettings greek = new RuleSettings.Set(tag("StudyDescription"), "\u03b1");
        assertThatThrownBy(() -> apply(rules(greek), withPrivate().text("SpecificCharacterSet", "ISO_IR 100")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("behind its pixel data");
        assertThat(text(apply(rules(greek), Dataset.ct("1.2.9").text("SpecificCharacterSet", "ISO_IR 100"))))
                .contains("ISO_IR 192");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PatientName", "StudyDate", "SOPInstanceUID"})
    void an_attribute_that_belongs_before_the_pixel_data_is_not_sent_behind_it(String keyword) {
        byte[] behind = new Dataset().text(keyword, "19700101").encode(EXPLICIT);
        assertRefused(joined(Dataset.ct("1.2.9").encode(EXPLICIT), behind));
    }

    @Test
    void a_second_pixel_data_is_not_sent() {
        byte[] second =
                new Dataset().bytes(tag("PixelData"), "OW", new byte[] {1, 2}).encode(EXPLICIT);
        assertRefused(joined(Dataset.ct("1.2.9").encode(EXPLICIT), second));
        byte[] offsets = new Dataset().bytes(0x7FE00001, "OV", new byte[8]).encode(EXPLICIT);
        assertRefused(joined(Dataset.ct("1.2.9").encode(EXPLICIT), offsets));
    }

    private static void assertRefused(byte[] dataset) {
        for (Transformation each : new Transformation[] {profile(), rules(REMOVE_NAME)}) {
            assertThatThrownBy(() -> apply(each, dataset, EXPLICIT))
                    .isInstanceOf(UnreadableDatasetException.class)
                    .hasMessageContaining("not in the order of their tags");
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
