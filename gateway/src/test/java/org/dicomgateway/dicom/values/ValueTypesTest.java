package org.dicomgateway.dicom.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.dicomgateway.dicom.values.DimseStatus.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypesTest {

    @Test
    void blanks_around_an_AE_title_do_not_count() {
        assertThat(AeTitle.of("  CT 1 ")).isEqualTo(AeTitle.of("CT 1"));
        assertThat(AeTitle.of("A234567890123456   ").value()).hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "A2345678901234567",
                "A\\B",
                "A\nB",
                "CT1\n",
                "CT1\u0000",
                "\tCT1",
                "MÜLLER",
                "A\u001b[31m"
            })
    void what_is_no_AE_title_is_refused_in_printable_words(String text) {
        assertThatThrownBy(() -> AeTitle.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("[\\x20-\\x7e…Ü]*");
    }

    @Test
    void an_AE_title_stands_in_quotes_where_it_could_be_taken_for_more_than_a_word() {
        assertThat(AeTitle.of("CT_1.A-b+")).hasToString("CT_1.A-b+");
        assertThat(AeTitle.of("CT 1")).hasToString("\"CT 1\"");
        assertThat(AeTitle.of("x=y")).hasToString("\"x=y\"");
        assertThat(AeTitle.of("A@1.2.3.4#5:")).hasToString("\"A@1.2.3.4#5:\"");
        assertThat(AeTitle.of("\"")).hasToString("\"'\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.2.840.10008.1.1", "1.02.3", "2.25.329800735698586629295641978511506172918"})
    void a_UID_is_taken_as_real_devices_write_it(String text) {
        assertThat(Uid.of(text).value()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3 ", "1.2.x", "../1", "1.2\u0000", "１.２"})
    void what_is_no_UID_is_refused(String text) {
        assertThat(Uid.isValid(text)).isFalse();
        assertThatThrownBy(() -> Uid.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_UID_has_at_most_64_characters() {
        assertThat(Uid.isValid("1".repeat(64))).isTrue();
        assertThat(Uid.isValid("1".repeat(65))).isFalse();
    }

    @Test
    void no_control_character_survives_printing() {
        assertThat(Text.printable("a\u001b[31m\r\n\u202eb\u2028c\0\ud83d\ude00", 100))
                .isEqualTo("a?[31m???b?c???");
        assertThat(Text.printable("abcdef", 3)).isEqualTo("abc");
        assertThat(Text.printable("Ü", 3)).isEqualTo("Ü");
    }

    @ParameterizedTest
    @CsvSource({
        "0x0000, SUCCESS, success",
        "0xB000, WARNING, coercion of data elements",
        "0xB007, WARNING, 'dataset does not match SOP class, stored'",
        "0x0107, WARNING, attribute list error",
        "0xA700, FAILURE, out of resources",
        "0xA7FF, FAILURE, out of resources",
        "0xA900, FAILURE, dataset does not match SOP class",
        "0xC123, FAILURE, cannot understand",
        "0x0122, FAILURE, SOP class not supported",
        "0xFE00, FAILURE, failure",
        "0x1234, FAILURE, failure"
    })
    void every_status_has_a_kind_and_a_meaning(String status, Kind kind, String meaning) {
        int code = Integer.decode(status);

        assertThat(DimseStatus.kindOf(code)).isEqualTo(kind);
        assertThat(DimseStatus.meaningOf(code)).isEqualTo(meaning);
        assertThat(DimseStatus.format(code)).isEqualTo(status);
    }

    @Test
    void a_rejection_says_whether_to_try_again() {
        assertThat(Rejection.localLimitExceeded("x").isTransient()).isTrue();
        assertThat(Rejection.calledAeTitleNotRecognized("x").isTransient()).isFalse();
        assertThat(Rejection.temporaryCongestion("full")).hasToString("2/3/1 (full)");
    }
}
