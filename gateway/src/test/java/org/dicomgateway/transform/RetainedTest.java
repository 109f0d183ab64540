package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.transform.Transforms.EXPLICIT;
import static org.dicomgateway.transform.Transforms.apply;
import static org.dicomgateway.transform.Transforms.header;
import static org.dicomgateway.transform.Transforms.values;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.dicomgateway.config.transform.PrivateElement;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings.Kept;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator lists stays, and nothing else. */
class RetainedTest {

    private static Transformation descriptors(String... texts) {
        return Transforms.keeping(new Kept(Set.of(texts), List.of()), ProfileOption.CLEAN_DESCRIPTORS);
    }

    private static Transformation privates(String... elements) {
        return Transforms.keeping(
                new Kept(
                        Set.of(),
                        List.of(elements).stream().map(PrivateElement::of).toList()),
                ProfileOption.RETAIN_SAFE_PRIVATE);
    }

    @ParameterizedTest
    @CsvSource({
        "t1 mprage sag, true",
        "T1  MPRAGE Sag, true",
        "T1 MPRAGE sag DOE, false",
        "DOE T1 MPRAGE sag, false",
        "mprage, false",
        "T1 MPRAGE sag\\DOE, false",
    })
    void a_description_stays_when_all_of_it_is_listed(String text, boolean stays) throws IOException {
        byte[] output = apply(
                descriptors("t1 mprage sag"),
                Dataset.ct("1.2.9")
                        .text("SeriesDescription", text)
                        .text("ContrastBolusAgent", text)
                        .text("InstitutionName", "t1 mprage sag"));
        assertThat(values(output, "SeriesDescription")).hasSize(stays ? 1 : 0);
        assertThat(values(output, "ContrastBolusAgent")).hasSize(stays ? 1 : 0);
        assertThat(values(output, "InstitutionName")).as("no description").isEmpty();
        assertThat(values(output, "DeidentificationMethod")).contains("Clean Descriptors Option");
        if (!stays) {
            assertThat(new String(output, StandardCharsets.ISO_8859_1)).doesNotContain("DOE");
        }
    }

    @Test
    void a_description_in_its_character_set_stays_when_it_is_listed_and_never_when_it_cannot_be_read()
            throws IOException {
        Dataset german = Dataset.ct("1.2.9")
                .text("SpecificCharacterSet", "ISO_IR 100")
                .text("SeriesDescription", "Sch\u00e4del nativ");
        assertThat(values(apply(descriptors("sch\u00e4del nativ"), german), "SeriesDescription"))
                .containsExactly("Sch\u00e4del nativ");
        assertThat(values(
                        apply(descriptors("sch\u00e4del nativ"), german.without("SpecificCharacterSet")),
                        "SeriesDescription"))
                .isEmpty();
    }

    private static Dataset withPrivate(int block) {
        Dataset inner = new Dataset()
                .text(0x00190010, "LO", "SIEMENS MR HEADER", StandardCharsets.US_ASCII)
                .text(0x0019100C, "IS", "1000", StandardCharsets.US_ASCII);
        return Dataset.ct("1.2.9")
                .text(0x00190000 | block, "LO", "SIEMENS MR HEADER", StandardCharsets.US_ASCII)
                .text(0x00190000 | block << 8 | 0x0C, "IS", "777", StandardCharsets.US_ASCII)
                .text(0x00190000 | block << 8 | 0x0D, "LO", "DOE^JOHN", StandardCharsets.US_ASCII)
                .text(0x00190000 | (block + 1), "LO", "OTHER CREATOR", StandardCharsets.US_ASCII)
                .text(0x00190000 | (block + 1) << 8 | 0x0C, "IS", "888", StandardCharsets.US_ASCII)
                .text(0x0021100C, "IS", "999", StandardCharsets.US_ASCII)
                .items(0x00540016, "SQ", inner);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10, 0x42, 0xFE})
    void private_elements_stay_by_their_creator_wherever_their_block_is(int block) throws IOException {
        for (TransferSyntax syntax : List.of(EXPLICIT, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)) {
            byte[] output = apply(
                    privates("SIEMENS MR HEADER (0019,xx0c)"),
                    withPrivate(block).encode(syntax),
                    syntax);
            assertThat(new String(output, StandardCharsets.ISO_8859_1))
                    .contains("SIEMENS MR HEADER")
                    .contains("777")
                    .doesNotContain("DOE^JOHN")
                    .doesNotContain("OTHER CREATOR")
                    .doesNotContain("888")
                    .doesNotContain("999");
            assertThat(header(output, syntax).values(Transforms.tag("DeidentificationMethod")))
                    .contains("Retain Safe Private Option");
        }
    }

    @Test
    void a_creator_without_a_safe_element_goes_and_so_do_elements_without_their_creator() throws IOException {
        byte[] output = apply(privates("SIEMENS MR HEADER (0019,xx0B)"), withPrivate(0x10));
        assertThat(new String(output, StandardCharsets.ISO_8859_1))
                .doesNotContain("SIEMENS")
                .doesNotContain("777");
        Dataset sly = Dataset.ct("1.2.9")
                .text(0x00190010, "LO", "SIEMENS MR HEADER\\DOE", StandardCharsets.US_ASCII)
                .text(0x0019100C, "IS", "777", StandardCharsets.US_ASCII);
        assertThat(new String(apply(privates("SIEMENS MR HEADER (0019,xx0C)"), sly), StandardCharsets.ISO_8859_1))
                .doesNotContain("DOE")
                .doesNotContain("777");
    }
}
