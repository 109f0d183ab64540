package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.transform.Transforms.EXPLICIT;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.profile;
import static org.dicomgateway.transform.Transforms.values;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeidentificationTest {

    private static String expectedUid(String uid) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(HexFormat.of().parseHex(Transforms.KEY), "HmacSHA256"));
        byte[] bits = java.util.Arrays.copyOf(mac.doFinal(uid.getBytes(StandardCharsets.US_ASCII)), 16);
        return "2.25." + new BigInteger(1, bits);
    }

    @Test
    void UIDs_are_keyed_hashes_in_every_place_and_those_of_the_standard_stay() throws Exception {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .items(
                                "ReferencedImageSequence",
                                new Dataset()
                                        .text("ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.2")
                                        .text("ReferencedSOPInstanceUID", "1.2.3.4.5.6")));
        byte[] expected = new Dataset()
                .text("ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.2")
                .text("ReferencedSOPInstanceUID", expectedUid("1.2.3.4.5.6"))
                .encode(EXPLICIT);
        assertThat(values(output, "SOPInstanceUID")).containsExactly(expectedUid("1.2.9"));
        assertThat(values(output, "StudyInstanceUID")).containsExactly(expectedUid("1.2.3.4"));
        assertThat(values(output, "SOPClassUID")).containsExactly("1.2.840.10008.5.1.4.1.1.2");
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .contains(new String(expected, StandardCharsets.ISO_8859_1));
        assertThat(Transforms.result(profile(), Dataset.ct("1.2.9").encode(EXPLICIT), EXPLICIT)
                        .sentAs()
                        .sopInstance()
                        .value())
                .isEqualTo(expectedUid("1.2.9"));
    }

    @Test
    void it_says_what_was_done() throws IOException {
        byte[] output = apply(profile(ProfileOption.RETAIN_UIDS), Dataset.ct("1.2.9"));
        assertThat(values(output, "PatientIdentityRemoved")).containsExactly("YES");
        assertThat(values(output, "DeidentificationMethod"))
                .containsExactly("Basic Application Confidentiality Profile", "Retain UIDs Option");
        assertThat(values(output, "LongitudinalTemporalInformationModified")).containsExactly("REMOVED");
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .contains("113100")
                .contains("113110");
        assertThat(values(output, "SOPInstanceUID")).containsExactly("1.2.9");
    }

    @Test
    void what_the_modules_need_is_empty_and_what_they_do_not_need_is_gone() throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .text("StudyDescription", "secret")
                        .text("PatientSex", "M")
                        .text("PatientAge", "042Y")
                        .text("Manufacturer", "ACME")
                        .text("KVP", "120")
                        .text("ContentDate", "20250102"));
        String all = new String(output, StandardCharsets.ISO_8859_1);
        assertThat(all)
                .contains("ACME")
                .contains("120 ")
                .doesNotContain("secret")
                .doesNotContain("042Y");
        assertThat(values(output, "PatientName")).isEmpty();
        assertThat(values(output, "StudyDate")).isEmpty();
        assertThat(values(output, "ContentDate")).containsExactly("19000101");
        assertThat(values(output, "PatientID").get(0)).matches("T-[A-Z0-9]{16}");
    }

    @Test
    void one_patient_keeps_one_pseudonym_and_another_key_or_issuer_makes_another() throws IOException {
        byte[] first = apply(profile(), Dataset.ct("1.2.9"));
        byte[] second = apply(profile(), Dataset.ct("1.2.10").text("StudyDate", "20250909"));
        byte[] issuer = apply(profile(), Dataset.ct("1.2.9").text("IssuerOfPatientID", "X"));
        byte[] key = apply(
                profile(Transforms.KEY.replace("00", "01"), BurnedIn.PARK, Optional.empty()), Dataset.ct("1.2.9"));
        assertThat(values(second, "PatientID")).isEqualTo(values(first, "PatientID"));
        assertThat(values(issuer, "PatientID")).isNotEqualTo(values(first, "PatientID"));
        assertThat(values(key, "PatientID")).isNotEqualTo(values(first, "PatientID"));
        assertThat(values(key, "SOPInstanceUID")).isNotEqualTo(values(first, "SOPInstanceUID"));
    }

    @Test
    void dates_go_back_by_the_same_number_of_days_for_one_patient() throws IOException {
        ProfileOption option = ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES;
        byte[] first = apply(
                profile(option),
                Dataset.ct("1.2.9").text("StudyTime", "101112").text("AcquisitionDateTime", "20250102101112.5+0100"));
        byte[] second = apply(profile(option), Dataset.ct("1.2.10").text("StudyDate", "20250112"));
        java.time.LocalDate one = java.time.LocalDate.parse(
                values(first, "StudyDate").get(0), java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
        java.time.LocalDate two = java.time.LocalDate.parse(
                values(second, "StudyDate").get(0), java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
        assertThat(one).isBefore("2025-01-02").isAfterOrEqualTo("2024-01-02");
        assertThat(two).isEqualTo(one.plusDays(10));
        assertThat(values(first, "StudyTime")).containsExactly("101112");
        assertThat(values(first, "AcquisitionDateTime").get(0))
                .isEqualTo(values(first, "StudyDate").get(0) + "101112.5+0100");
        assertThat(values(first, "LongitudinalTemporalInformationModified")).containsExactly("MODIFIED");
    }

    @Test
    void a_date_that_cannot_be_shifted_is_treated_as_without_the_option() throws IOException {
        byte[] output = apply(
                profile(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES),
                Dataset.ct("1.2.9")
                        .text("StudyDate", "20250230")
                        .text("ContentDate", "00000101")
                        .text("SeriesDate", "Jan 5")
                        .text("AcquisitionDateTime", "2025"));
        assertThat(values(output, "StudyDate")).isEmpty();
        assertThat(values(output, "ContentDate")).containsExactly("19000101");
        assertThat(values(output, "SeriesDate")).containsExactly("19000101");
        assertThat(values(output, "AcquisitionDateTime")).containsExactly("19000101000000");
    }

    @Test
    void without_a_Patient_ID_dates_cannot_be_shifted() {
        assertThatThrownBy(() -> apply(
                        profile(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES),
                        Dataset.ct("1.2.9").text("PatientID", "")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("no Patient ID");
    }

    @Test
    void a_Patient_ID_comes_from_the_table_or_nothing_is_sent() throws IOException {
        Optional<Map<String, String>> table = Optional.of(Map.of("000123", "SUBJECT-1"));
        byte[] output = apply(profile(Transforms.KEY, BurnedIn.PARK, table), Dataset.ct("1.2.9"));
        assertThat(values(output, "PatientID")).containsExactly("SUBJECT-1");
        assertThatThrownBy(() -> apply(
                        profile(Transforms.KEY, BurnedIn.PARK, table),
                        Dataset.ct("1.2.9").text("PatientID", "4711")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageNotContaining("4711");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.840.10008.5.1.4.1.1.88.33",
                "1.2.840.10008.5.1.4.1.1.104.1",
                "1.2.840.10008.5.1.4.1.1.11.1",
                "1.2.840.10008.5.1.4.1.1.481.3",
                "1.2.840.10008.5.1.4.1.1.9.1.1",
                "1.2.826.0.1.3680043.2.1125.99.1"
            })
    void what_is_not_an_image_of_a_known_kind_is_not_sent(String sopClass) {
        assertThatThrownBy(() -> apply(
                        profile(Transforms.KEY, BurnedIn.ALLOW, Optional.empty()),
                        Dataset.ct("1.2.9").text("SOPClassUID", sopClass)))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining(sopClass);
    }

    @Test
    void what_may_show_the_patient_is_not_sent_unless_that_is_allowed() throws IOException {
        List<Dataset> shown = List.of(
                Dataset.ct("1.2.9").text("SOPClassUID", "1.2.840.10008.5.1.4.1.1.6.1"),
                Dataset.ct("1.2.9").text("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
                Dataset.ct("1.2.9").text("BurnedInAnnotation", "YES"),
                Dataset.ct("1.2.9").text("RecognizableVisualFeatures", "YES"),
                Dataset.ct("1.2.9").text("ConversionType", "WSD"),
                Dataset.ct("1.2.9").text("ImageType", "DERIVED\\SECONDARY\\SCREEN SAVE"),
                Dataset.ct("1.2.9").text("ImageType", "DERIVED\\SECONDARY\\DOSE_INFO"));
        for (Dataset dataset : shown) {
            assertThatThrownBy(() -> apply(profile(), dataset))
                    .isInstanceOf(UntransformableException.class)
                    .hasMessageContaining("burned-in");
            assertThat(apply(profile(Transforms.KEY, BurnedIn.ALLOW, Optional.empty()), dataset))
                    .isNotEmpty();
        }
    }

    @Test
    void an_overlay_within_the_pixel_data_is_not_sent_and_others_are_removed() throws IOException {
        Dataset within = Dataset.ct("1.2.9").bytes(0x60000100, "US", new byte[] {16, 0});
        assertThatThrownBy(() -> apply(profile(Transforms.KEY, BurnedIn.ALLOW, Optional.empty()), within))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("overlay");
        byte[] output = apply(profile(), within.bytes(0x60003000, "OW", new byte[] {'O', 'V', 'E', 'R'}));
        assertThat(new String(output, StandardCharsets.ISO_8859_1)).doesNotContain("OVER");
    }

    @Test
    void codes_of_published_schemes_stay_and_local_ones_go() throws IOException {
        Dataset published = new Dataset()
                .text("CodeValue", "T-D3000")
                .text("CodingSchemeDesignator", "SRT")
                .text("CodeMeaning", "Chest");
        Dataset local = new Dataset()
                .text("CodeValue", "JOHN")
                .text("CodingSchemeDesignator", "99LOCAL")
                .text("CodeMeaning", "Room of John Doe");
        byte[] output = apply(profile(), Dataset.ct("1.2.9").items("AnatomicRegionSequence", published, local));
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .contains("T-D3000")
                .contains("Chest")
                .doesNotContain("JOHN")
                .doesNotContain("Room");
    }

    @Test
    void an_attribute_of_another_type_than_the_standard_says_is_not_kept() throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .text(Transforms.tag("KVP"), "LO", "DOE JOHN", StandardCharsets.US_ASCII)
                        .text(Transforms.tag("ExposureTime"), "UN", "DOE JOHN", StandardCharsets.US_ASCII)
                        .text("XRayTubeCurrent", "DOE JOHN"));
        assertThat(new String(output, StandardCharsets.ISO_8859_1)).doesNotContain("DOE");
    }

    @Test
    void options_keep_what_they_are_about() throws IOException {
        Dataset dataset = Dataset.ct("1.2.9")
                .text("PatientAge", "042Y")
                .text("StationName", "CT1")
                .text("InstitutionName", "Hospital")
                .text("SeriesDate", "20250102");
        byte[] output = apply(
                profile(
                        ProfileOption.RETAIN_PATIENT_CHARACTERISTICS,
                        ProfileOption.RETAIN_DEVICE_IDENTITY,
                        ProfileOption.RETAIN_INSTITUTION_IDENTITY,
                        ProfileOption.RETAIN_LONGITUDINAL_FULL_DATES),
                dataset);
        assertThat(values(output, "PatientAge")).containsExactly("042Y");
        assertThat(values(output, "StationName")).containsExactly("CT1");
        assertThat(values(output, "InstitutionName")).containsExactly("Hospital");
        assertThat(values(output, "SeriesDate")).containsExactly("20250102");
        assertThat(values(output, "PatientName")).isEmpty();
    }

    @Test
    void an_unknown_character_set_is_not_sent() {
        assertThatThrownBy(() -> apply(profile(), Dataset.ct("1.2.9").text("SpecificCharacterSet", "WHATEVER")))
                .isInstanceOf(UntransformableException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CodeMeaning", "LongCodeValue", "CodingSchemeVersion"})
    void a_part_of_a_code_without_a_published_scheme_goes(String keyword) throws IOException {
        byte[] item = apply(
                profile(),
                Dataset.ct("1.2.9").items("AnatomicRegionSequence", new Dataset().text(keyword, "ROOM OF DOE")));
        byte[] scheme = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .items(
                                "AnatomicRegionSequence",
                                new Dataset()
                                        .text("CodingSchemeDesignator", "SCT\\ROOM OF DOE")
                                        .text(keyword, "ROOM OF DOE")));
        byte[] top = apply(
                profile(),
                Dataset.ct("1.2.9").text("CodingSchemeDesignator", "SCT").text(keyword, "ROOM OF DOE"));
        assertThat(List.of(item, scheme, top))
                .allSatisfy(output -> assertThat(new String(output, StandardCharsets.ISO_8859_1))
                        .doesNotContain("ROOM"));
    }

    @Test
    void a_number_of_a_study_goes_and_so_do_bytes_that_are_no_whole_numbers() throws IOException {
        byte[] output = apply(
                profile(),
                Dataset.ct("1.2.9")
                        .text("OtherStudyNumbers", "471147")
                        .bytes(
                                Transforms.tag("DiffusionBValue"),
                                "FD",
                                "ROOM OF DOE!".getBytes(StandardCharsets.US_ASCII)));
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .doesNotContain("471147")
                .doesNotContain("ROOM");
    }

    @ParameterizedTest
    @CsvSource({
        "StudyInstanceUID, 1.2.A",
        "SeriesInstanceUID, 1.2.3-4",
        "StudyInstanceUID, 1.2.3\\1.2.4",
        "SOPInstanceUID, 1.2.9\\1.2.10"
    })
    void an_instance_whose_own_UIDs_cannot_be_replaced_is_not_sent(String keyword, String uid) {
        assertThatThrownBy(() -> apply(profile(), Dataset.ct("1.2.9").text(keyword, uid)))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("is not one valid UID")
                .hasMessageNotContaining(uid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BurnedInAnnotation", "RecognizableVisualFeatures"})
    void small_letters_mean_the_same(String keyword) {
        assertThatThrownBy(() -> apply(profile(), Dataset.ct("1.2.9").text(keyword, "Yes")))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining("burned-in = park");
    }

    @ParameterizedTest
    @CsvSource({
        "BurnedInAnnotation, YES, NO",
        "ImageType, ORIGINAL\\SCREEN SAVE, ORIGINAL\\PRIMARY",
        "ConversionType, DF, ''"
    })
    void no_rule_makes_an_instance_look_as_if_its_pixels_were_harmless(String keyword, String received, String made) {
        int tag = Transforms.tag(keyword);
        for (RuleSettings rule : List.<RuleSettings>of(
                new RuleSettings.Set(tag, made),
                new RuleSettings.Remove(tag, false),
                new RuleSettings.Remove(tag, true))) {
            assertThatThrownBy(() -> apply(
                            Transforms.profileAfter(rule), Dataset.ct("1.2.9").text(keyword, received)))
                    .isInstanceOf(UntransformableException.class)
                    .hasMessageContaining("its pixels may show who the patient is");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, LT", "2, UN", "3, LT", "3, UV"})
    void text_beside_the_pixel_data_is_not_sent(int element, String vr) {
        Dataset dataset =
                Dataset.ct("1.2.3").text(0x7FE00000 | element, vr, "DOE^JOHN AND MORE", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> Transforms.apply(Transforms.profile(), dataset))
                .hasMessageContaining("beside its pixel data");
    }
}
