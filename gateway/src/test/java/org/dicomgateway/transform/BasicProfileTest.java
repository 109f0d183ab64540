package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;

import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.transform.ProfileRow.Action;
import org.junit.jupiter.api.Test;

class BasicProfileTest {

    @Test
    void every_row_names_its_attribute_as_the_standard_does_and_can_be_carried_out() {
        assertThat(BasicProfile.lines().stream().filter(line -> !line.startsWith("#")))
                .hasSizeGreaterThan(100)
                .allSatisfy(line -> {
                    String[] fields = line.split(" ", -1);
                    int tag = Integer.parseUnsignedInt(fields[0], 16);
                    assertThat(Dictionary.tag(fields[3])).as(line).hasValue(tag);
                    assertThat(fields[2]).as(line).matches("[-cudipt]");
                    assertThat(Deidentification.fits(Action.valueOf(fields[1]), Dictionary.valueRepresentation(tag)))
                            .as(line)
                            .isTrue();
                });
    }

    @Test
    void what_is_not_known_to_be_safe_is_removed() {
        assertThat(java.util.stream.IntStream.of(
                                0x00081030,
                                0x00104000,
                                0x00321032,
                                0x00380010,
                                0x0040A730,
                                0x00091010,
                                0x60003000,
                                0x50003000,
                                0x00420011,
                                0x00880200,
                                0x04000561,
                                0x00189999,
                                0x00204000,
                                0xFFFAFFFA)
                        .boxed())
                .allSatisfy(tag -> assertThat(BasicProfile.row(tag).action())
                        .as(Dictionary.format(tag))
                        .isEqualTo(Action.X));
    }
}
