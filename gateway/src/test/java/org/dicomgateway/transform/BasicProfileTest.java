package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.transform.ProfileRow.Action;
import org.junit.jupiter.api.Test;

class BasicProfileTest {

    private static final Map<String, String> DONE = Map.of(
            "K", "kept", "Z", "empty", "D", "dummy value", "U", "UID replaced", "X", "removed", "P", "pseudonym");

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
                                0x00185011,
                                0x00189999,
                                0x00204000,
                                0xFFFAFFFA)
                        .boxed())
                .allSatisfy(tag -> assertThat(BasicProfile.row(tag).action())
                        .as(Dictionary.format(tag))
                        .isEqualTo(Action.X));
    }

    @Test
    void the_table_for_conformance_statements_says_what_each_row_does() throws IOException {
        List<String> rows = BasicProfile.lines().stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> documented(line.split(" +", -1)))
                .toList();
        List<String> documented = Files.readAllLines(ProjectRoot.path().resolve("docs/deidentification.md")).stream()
                .filter(line -> line.startsWith("| ("))
                .toList();
        assertThat(documented).isEqualTo(rows);
    }

    private static String documented(String[] row) {
        String option = row[2].equals("t")
                ? "dates"
                : BasicProfile.row(Integer.parseUnsignedInt(row[0], 16))
                        .keptBy()
                        .map(kept -> kept.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .orElse("");
        return "| (%s,%s) | %s | %s | %s |"
                .formatted(row[0].substring(0, 4), row[0].substring(4), row[3], DONE.get(row[1]), option);
    }
}
