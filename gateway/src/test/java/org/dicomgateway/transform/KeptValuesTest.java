package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.profile;
import static org.dicomgateway.transform.Transforms.tag;
import static org.dicomgateway.transform.Transforms.values;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes that the profile keeps, with values that they cannot have. */
class KeptValuesTest {

    private static Dataset code() {
        return new Dataset()
                .text("CodeValue", "ROOM1")
                .text("CodingSchemeDesignator", "SCT")
                .text("CodeMeaning", "ROOM OF DOE");
    }

    private static String text(byte[] output) {
        return new String(output, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ReferencedImageSequence", "SourceImageSequence", "CTExposureSequence", "PixelMeasuresSequence"})
    void a_code_where_no_code_belongs_goes_and_the_rest_of_the_item_stays(String sequence) throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9").items(sequence, code().text("ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.2")));
        assertThat(text(output)).doesNotContain("ROOM").doesNotContain("SCT").contains("\10\0\120\21UI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AnatomicRegionSequence",
                "PrimaryAnatomicStructureModifierSequence",
                "ContrastBolusAgentSequence",
                "ContrastBolusAdministrationRouteSequence",
                "AdditionalDrugSequence",
                "InterventionSequence",
                "ViewCodeSequence",
                "RadionuclideCodeSequence"
            })
    void a_code_stays_where_it_belongs(String sequence) throws IOException {
        assertThat(text(apply(profile(), Dataset.ct("1.2.9").items(sequence, code()))))
                .contains("ROOM OF DOE");
    }

    @ParameterizedTest
    @CsvSource({
        "Manufacturer, 65",
        "ManufacturerModelName, 65",
        "SequenceName, 17",
        "ConvolutionKernel, 17",
    })
    void text_that_is_longer_than_its_type_goes(String keyword, int length) throws IOException {
        String text = "D".repeat(length);
        assertThat(text(apply(profile(), Dataset.ct("1.2.9").text(keyword, text))))
                .doesNotContain("DDDD");
        assertThat(values(apply(profile(), Dataset.ct("1.2.9").text(keyword, text.substring(1))), keyword))
                .containsExactly(text.substring(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACME\r\nDOE", "ACME\0DOE", "ACME\33$BDOE"})
    void text_with_control_characters_goes(String text) throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9").text("SpecificCharacterSet", "ISO_IR 100").text("Manufacturer", text));
        assertThat(text(output)).doesNotContain("DOE");
    }

    @Test
    void text_in_several_values_and_with_another_padding_stays() throws IOException {
        String version = "V".repeat(40);
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .text("SoftwareVersions", version + '\\' + version)
                        .text("Manufacturer", "ACME\0\0"));
        assertThat(values(output, "SoftwareVersions")).containsExactly(version, version);
        assertThat(text(output)).contains("ACME");
    }

    @Test
    void text_is_no_list_of_tags() throws IOException {
        Dataset text = Dataset.ct("1.2.9")
                .bytes(tag("FrameIncrementPointer"), "AT", "DOE^JOHN".getBytes(StandardCharsets.US_ASCII));
        assertThat(text(apply(profile(), text))).doesNotContain("DOE");
        byte[] times = {0x18, 0, 0x63, 0x10};
        Dataset tags = Dataset.ct("1.2.9").bytes(tag("FrameIncrementPointer"), "AT", times);
        assertThat(text(apply(profile(), tags))).contains("\11\0AT\4\0" + text(times));
        byte[] big = {0, 0x18, 0x10, 0x63};
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .bytes(tag("FrameIncrementPointer"), "AT", big)
                        .encode(syntax),
                syntax);
        assertThat(text(output)).contains("AT\0\4" + text(big));
    }

    @Test
    void values_of_odd_length_get_padding() throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9").bytes(tag("Manufacturer"), "LO", "ACMEX".getBytes(StandardCharsets.US_ASCII)));
        assertThat(output.length % 2).isZero();
        assertThat(text(output)).contains("LO\6\0ACMEX ");
    }

    @ParameterizedTest
    @CsvSource({"RadiopharmaceuticalCodeSequence, false", "RadionuclideCodeSequence, true"})
    void a_sequence_without_a_code_left_stays_only_where_it_may_be_empty(String sequence, boolean stays)
            throws IOException {
        Dataset local = new Dataset().text("CodeValue", "DOE").text("CodingSchemeDesignator", "99LOCAL");
        byte[] output = apply(profile(), Dataset.ct("1.2.9").items(sequence, local));
        int element = tag(sequence) & 0xFFFF;
        String header = "\124\0" + (char) (element & 0xFF) + (char) (element >>> 8) + "SQ";
        assertThat(text(output)).doesNotContain("DOE");
        assertThat(text(output).contains(header)).isEqualTo(stays);
    }

    @Test
    void what_the_module_of_a_PET_series_or_of_an_irradiation_event_needs_is_there() throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .text("SeriesDate", "20250102")
                        .text("SeriesTime", "101112")
                        .text("IrradiationEventUID", "1.2.3.4.5.77"));
        assertThat(values(output, "SeriesDate")).containsExactly("19000101");
        assertThat(values(output, "SeriesTime")).containsExactly("000000");
        assertThat(values(output, "IrradiationEventUID").get(0)).startsWith("2.25.");
    }
}
