package org.dicomgateway.transform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.transform.Transforms.EXPLICIT;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.header;
import static org.dicomgateway.transform.Transforms.rules;
import static org.dicomgateway.transform.Transforms.tag;
import static org.dicomgateway.transform.Transforms.values;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Regex;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.RuleSettings.Otherwise;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.spool.Outbox.SentAs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules change what they say, in every encoding, and nothing else. */
class TransformationTest {

    private static RuleSettings set(String keyword, String value) {
        return new RuleSettings.Set(tag(keyword), value);
    }

    private static RuleSettings replace(String keyword, String regex, String with) {
        return new RuleSettings.Replace(tag(keyword), Regex.of(regex), with);
    }

    private static RuleSettings map(String keyword, Map<String, String> table, Otherwise otherwise) {
        return new RuleSettings.Lookup(tag(keyword), "table.csv", table, otherwise);
    }

    private static RuleSettings remove(String keyword) {
        return new RuleSettings.Remove(tag(keyword), false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.840.10008.1.2",
                "1.2.840.10008.1.2.1",
                "1.2.840.10008.1.2.2",
                "1.2.840.10008.1.2.1.99",
                "1.2.840.10008.1.2.4.70"
            })
    void the_same_is_changed_in_every_transfer_syntax_and_the_rest_is_as_it_was(String uid) throws IOException {
        TransferSyntax syntax = TransferSyntax.of(uid);
        Dataset nested = new Dataset().text("PatientID", "000777").text("StudyDescription", "inner");
        byte[] dataset =
                Dataset.ct("1.2.9").items("ReferencedStudySequence", nested).encode(syntax);
        byte[] expected = Dataset.ct("1.2.9")
                .text("PatientID", "123")
                .text("IssuerOfPatientID", "HOSP-A")
                .items("ReferencedStudySequence", new Dataset().text("PatientID", "777"))
                .encode(syntax);

        byte[] changed = apply(
                rules(
                        set("IssuerOfPatientID", "HOSP-A"),
                        replace("PatientID", "0*(.+)", "$1"),
                        remove("StudyDescription")),
                dataset,
                syntax);

        if (syntax.isDeflated()) {
            assertThat(new java.util.zip.InflaterInputStream(
                                    new java.io.ByteArrayInputStream(changed), new java.util.zip.Inflater(true))
                            .readAllBytes())
                    .isEqualTo(new java.util.zip.InflaterInputStream(
                                    new java.io.ByteArrayInputStream(expected), new java.util.zip.Inflater(true))
                            .readAllBytes());
        } else {
            assertThat(changed).isEqualTo(expected);
        }
        assertThat(header(changed, syntax).patientId()).isEqualTo("123");
    }

    @Test
    void delimited_sequences_and_group_lengths_are_read() throws IOException {
        byte[] changed = apply(
                rules(remove("StudyDescription")),
                Dataset.ct("1.2.9")
                        .delimited()
                        .bytes(0x00080000, "UL", new byte[4])
                        .items(
                                "ReferencedStudySequence",
                                new Dataset()
                                        .text("StudyDescription", "secret")
                                        .items("PurposeOfReferenceCodeSequence", new Dataset(), new Dataset())));
        assertThat(changed)
                .isEqualTo(Dataset.ct("1.2.9")
                        .items(
                                "ReferencedStudySequence",
                                new Dataset().items("PurposeOfReferenceCodeSequence", new Dataset(), new Dataset()))
                        .encode(EXPLICIT));
    }

    @Test
    void items_within_a_value_of_unknown_type_are_changed_too() throws IOException {
        Dataset nested = new Dataset().text("PatientID", "000777");
        byte[] changed = apply(
                rules(replace("PatientID", "0*(.+)", "$1")), Dataset.ct("1.2.9").items(0x00091001, "UN", nested));
        assertThat(new String(changed, ISO_8859_1)).contains("777 ").doesNotContain("000777");
        assertThat(header(changed, EXPLICIT).patientId()).isEqualTo("123");
    }

    @Test
    void tables_copies_and_groups() throws IOException {
        byte[] changed = apply(
                rules(
                        map("InstitutionName", Map.of("Old", "New"), Otherwise.KEEP),
                        map("StationName", Map.of("Old", "New"), Otherwise.EMPTY),
                        new RuleSettings.Copy(tag("RequestedProcedureDescription"), tag("StudyDescription")),
                        new RuleSettings.Remove(0x00090000, true)),
                Dataset.ct("1.2.9")
                        .text("InstitutionName", "Old")
                        .text("StationName", "Other")
                        .text("StudyDescription", "Chest")
                        .bytes(0x00090010, "LO", new byte[] {'A', 'B'})
                        .bytes(0x00091001, "UN", new byte[] {1, 2}));
        assertThat(values(changed, "InstitutionName")).containsExactly("New");
        assertThat(values(changed, "StationName")).isEmpty();
        assertThat(values(changed, "RequestedProcedureDescription")).containsExactly("Chest");
        assertThat(header(changed, EXPLICIT).values(0x00091001)).isEmpty();
    }

    @Test
    void a_value_that_the_character_set_does_not_have_converts_all_text_to_Unicode() throws IOException {
        byte[] changed = apply(
                rules(set("InstitutionName", "Łódź")),
                Dataset.ct("1.2.9")
                        .text("SpecificCharacterSet", "ISO_IR 100")
                        .text("PatientName", "Müller^Jörg", ISO_8859_1)
                        .items(
                                "ReferencedStudySequence",
                                new Dataset().text("StudyDescription", "Schädel", ISO_8859_1)));
        assertThat(changed)
                .isEqualTo(Dataset.ct("1.2.9")
                        .text("SpecificCharacterSet", "ISO_IR 192")
                        .text("PatientName", "Müller^Jörg", UTF_8)
                        .text("InstitutionName", "Łódź", UTF_8)
                        .items("ReferencedStudySequence", new Dataset().text("StudyDescription", "Schädel", UTF_8))
                        .encode(EXPLICIT));
    }

    @Test
    void a_value_that_fits_the_character_set_is_written_in_it() throws IOException {
        byte[] changed = apply(
                rules(set("InstitutionName", "Köln")), Dataset.ct("1.2.9").text("SpecificCharacterSet", "ISO_IR 100"));
        assertThat(changed)
                .isEqualTo(Dataset.ct("1.2.9")
                        .text("SpecificCharacterSet", "ISO_IR 100")
                        .text("InstitutionName", "Köln", ISO_8859_1)
                        .encode(EXPLICIT));
    }

    @Test
    void what_cannot_be_converted_is_not_sent() {
        assertThatThrownBy(() -> apply(
                        rules(set("InstitutionName", "Köln")),
                        Dataset.ct("1.2.9").text("PatientName", "Müller^Jörg", ISO_8859_1)))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("(0010,0010)")
                .hasMessageNotContaining("Jörg");
        assertThatThrownBy(() -> apply(
                        rules(set("InstitutionName", "Köln")),
                        Dataset.ct("1.2.9").bytes(0x00091001, "UN", new byte[] {'a', (byte) 0xFC})))
                .isInstanceOf(UntransformableException.class);
    }

    @Test
    void a_new_value_that_its_attribute_cannot_have_is_not_sent() {
        assertThatThrownBy(() -> apply(
                        rules(replace("AccessionNumber", "(.*)", "$1$1")),
                        Dataset.ct("1.2.9").text("AccessionNumber", "123456789")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("16");
        assertThatThrownBy(() -> apply(
                        rules(map("InstitutionName", Map.of("Old", "New"), Otherwise.PARK)),
                        Dataset.ct("1.2.9").text("InstitutionName", "Other")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("table.csv");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 20, 60, 150})
    void a_dataset_that_ends_early_is_not_sent(int missing) {
        byte[] whole = Dataset.ct("1.2.9").encode(EXPLICIT);
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - missing);
        assertThatThrownBy(() -> apply(rules(remove("StudyDescription")), cut, EXPLICIT))
                .isInstanceOf(IOException.class);
    }

    @Test
    void attributes_out_of_order_and_strange_attributes_among_the_pixel_data_are_not_sent() {
        byte[] a = new Dataset().text("PatientID", "1").encode(EXPLICIT);
        byte[] b = Dataset.ct("1.2.9").encode(EXPLICIT);
        byte[] both = new byte[a.length + b.length];
        System.arraycopy(a, 0, both, 0, a.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        assertThatThrownBy(() -> apply(rules(remove("StudyDescription")), both, EXPLICIT))
                .hasMessageContaining("order");
        assertThatThrownBy(() -> apply(
                        rules(remove("StudyDescription")), Dataset.ct("1.2.9").bytes(0x7FE00020, "OB", new byte[2])))
                .hasMessageContaining("(7FE0,0020)");
    }

    @Test
    void signatures_and_padding_go_and_other_attributes_after_the_pixel_data_stay() throws IOException {
        byte[] changed = apply(
                rules(remove("StudyDescription")),
                Dataset.ct("1.2.9")
                        .bytes(0x7FE10010, "LO", new byte[] {'A', 'B'})
                        .items(0xFFFAFFFA, "SQ", new Dataset().text("SOPInstanceUID", "1.2.3"))
                        .bytes(0xFFFCFFFC, "OB", new byte[100]));
        assertThat(changed)
                .isEqualTo(Dataset.ct("1.2.9")
                        .bytes(0x7FE10010, "LO", new byte[] {'A', 'B'})
                        .encode(EXPLICIT));
    }

    @Test
    void where_no_condition_holds_the_instance_is_sent_as_it_is() throws IOException {
        Condition mr =
                new Condition.Value(new Field(Field.Kind.ATTRIBUTE, tag("Modality"), "modality"), Wildcard.of("MR"));
        Transformation transformation = Transformation.of(List.of(
                        new TransformSettings("tidy", mr, List.of(remove("StudyDate")), false, Optional.empty())))
                .orElseThrow();
        byte[] ct = Dataset.ct("1.2.9").bytes(0x00080000, "UL", new byte[4]).encode(EXPLICIT);
        byte[] image = Dataset.ct("1.2.9").text("Modality", "MR").encode(EXPLICIT);
        assertThat(apply(transformation, ct, EXPLICIT)).isEqualTo(ct);
        assertThat(apply(transformation, image, EXPLICIT))
                .isEqualTo(Dataset.ct("1.2.9")
                        .text("Modality", "MR")
                        .without("StudyDate")
                        .encode(EXPLICIT));
    }

    @Test
    void the_version_tells_rules_tables_and_keys_apart() {
        assertThat(List.of(
                        rules(set("PatientID", "1")).version(),
                        rules(set("PatientID", "2")).version(),
                        rules(map("PatientID", Map.of("1", "2"), Otherwise.KEEP))
                                .version(),
                        rules(map("PatientID", Map.of("1", "3"), Otherwise.KEEP))
                                .version(),
                        Transforms.profile().version(),
                        Transforms.profile(
                                        Transforms.KEY.replace("00", "01"),
                                        org.dicomgateway.config.transform.ProfileSettings.BurnedIn.PARK,
                                        Optional.empty())
                                .version()))
                .doesNotHaveDuplicates();
    }

    @Test
    void what_is_noted_is_what_comes_out() throws IOException {
        byte[] dataset = Dataset.ct("1.2.9").encode(EXPLICIT);
        Transformation transformation = rules(set("InstitutionName", "A"));
        SentAs sentAs = Transforms.result(transformation, dataset, EXPLICIT).sentAs();
        assertThat(sentAs.sopInstance().value()).isEqualTo("1.2.9");
        assertThat(sentAs.length()).isEqualTo(apply(transformation, dataset, EXPLICIT).length);
        assertThat(sentAs.isSameAs(Transforms.result(rules(set("InstitutionName", "A")), dataset, EXPLICIT)
                        .sentAs()))
                .isTrue();
        assertThat(sentAs.isSameAs(Transforms.result(rules(set("InstitutionName", "B")), dataset, EXPLICIT)
                        .sentAs()))
                .isFalse();
    }

    @Test
    void what_rules_change_is_recorded_in_the_instance_when_that_is_asked_for() throws IOException {
        Dataset dataset = Dataset.ct("1.2.9")
                .text("StudyDescription", "old")
                .text("AccessionNumber", "A1")
                .items("RequestAttributesSequence", new Dataset().text("AccessionNumber", "A1"));
        byte[] output = apply(
                Transforms.recorded(
                        new RuleSettings.Set(tag("PatientID"), "NEW"),
                        new RuleSettings.Set(tag("IssuerOfPatientID"), "HOSP-A"),
                        new RuleSettings.Set(tag("AccessionNumber"), "B2"),
                        remove("StudyDescription")),
                dataset);
        byte[] recorded = new Dataset()
                .items(
                        "ModifiedAttributesSequence",
                        new Dataset()
                                .text("AccessionNumber", "A1")
                                .text("StudyDescription", "old")
                                .text("PatientID", "000123")
                                .items("RequestAttributesSequence", new Dataset().text("AccessionNumber", "A1")))
                .text("AttributeModificationDateTime", "20250102030405+0000")
                .text("ModifyingSystem", "DICOM Gateway")
                .text("SourceOfPreviousValues", "MODALITY")
                .text("ReasonForTheAttributeModification", "COERCE")
                .encode(EXPLICIT);
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .contains(new String(recorded, StandardCharsets.ISO_8859_1));
        assertThat(values(output, "PatientID")).containsExactly("NEW");
        assertThat(apply(Transforms.recorded(remove("StudyComments")), dataset)).isEqualTo(dataset.encode(EXPLICIT));
    }

    @Test
    void what_is_recorded_is_in_the_character_set_that_the_instance_has_then() throws IOException {
        byte[] output = apply(
                Transforms.recorded(new RuleSettings.Set(tag("PatientName"), "\u6771")),
                Dataset.ct("1.2.9")
                        .text("SpecificCharacterSet", "ISO_IR 100")
                        .text("PatientName", "M\u00fcller")
                        .text("StudyDescription", "Sch\u00e4del"));
        String utf8 = new String(output, StandardCharsets.UTF_8);
        assertThat(utf8).contains("M\u00fcller").contains("\u6771").containsOnlyOnce("Sch\u00e4del");
    }
}
