package org.dicomgateway.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.config.Written;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.AllOf;
import org.dicomgateway.config.match.Condition.Not;
import org.dicomgateway.config.match.Condition.RemoteHost;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Field.Kind;
import org.dicomgateway.config.match.Regex;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.config.match.Wildcard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionReaderTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private static Condition value(Kind kind, int tag, String name, String pattern) {
        return new Value(new Field(kind, tag, name), Wildcard.of(pattern));
    }

    private static Condition attribute(int tag, String name, String pattern) {
        return value(Kind.ATTRIBUTE, tag, name, pattern);
    }

    @Test
    void every_condition_is_read_in_the_order_in_which_it_is_written() throws Exception {
        assertThat(written.condition("""
                        modality = MG
                        called-ae = GATEWAY
                        calling-ae = "MAMMO*"
                        tags {
                          StudyDescription = "*TRIAL*"
                          "(0019,100A)" = 5
                        }
                        sop-class = CT Image Storage
                        remote-host = [10.1.2.3, "fd00::/8"]
                        not { modality = CT }
                        transfer-syntax = 1.2.840.10008.1.2.1
                        """))
                .isEqualTo(new AllOf(List.of(
                        attribute(0x00080060, "modality", "MG"),
                        value(Kind.CALLED_AE, 0, "called-ae", "GATEWAY"),
                        value(Kind.CALLING_AE, 0, "calling-ae", "MAMMO*"),
                        attribute(0x00081030, "StudyDescription", "*TRIAL*"),
                        attribute(0x0019100A, "(0019,100A)", "5"),
                        value(Kind.SOP_CLASS, 0, "sop-class", CT),
                        new RemoteHost(List.of(AddressRange.of("10.1.2.3"), AddressRange.of("fd00::/8"))),
                        new Not(new AllOf(List.of(attribute(0x00080060, "modality", "CT")))),
                        value(Kind.TRANSFER_SYNTAX, 0, "transfer-syntax", "1.2.840.10008.1.2.1"))));
    }

    @Test
    void a_block_without_conditions_asks_for_nothing() throws Exception {
        assertThat(written.condition("")).isEqualTo(new AllOf(List.of()));
    }

    @Test
    void a_list_is_any_of_and_may_hold_regular_expressions() throws Exception {
        assertThat(written.condition("modality = [CT, { regex = \"M[RG]\" }]"))
                .isEqualTo(new AllOf(List.of(new Value(
                        new Field(Kind.ATTRIBUTE, 0x00080060, "modality"),
                        new ValuePattern.AnyOf(List.of(Wildcard.of("CT"), Regex.of("M[RG]")))))));
    }

    @Test
    void a_list_of_not_is_none_of() throws Exception {
        assertThat(written.condition("not = [ { modality = CT }, { modality = MR, not { called-ae = X } } ]"))
                .hasToString("not { modality = \"CT\" }, not { modality = \"MR\", not { called-ae = \"X\" } }");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sop-class = CTImageStorage                    | 1.2.840.10008.5.1.4.1.1.2
            sop-class = 1.2.840.10008.5.1.4.1.1.2         | 1.2.840.10008.5.1.4.1.1.2
            sop-class = "1.2.840.10008.5.1.4.1.1.2*"      | 1.2.840.10008.5.1.4.1.1.2*
            sop-class = 1.3.12.2.1107.5.9.1               | 1.3.12.2.1107.5.9.1
            transfer-syntax = JPEG2000Lossless            | 1.2.840.10008.1.2.4.90
            transfer-syntax = Explicit VR Little Endian   | 1.2.840.10008.1.2.1
            transfer-syntax = "1.2.840.10008.1.2.4.*"     | 1.2.840.10008.1.2.4.*
            """)
    void names_of_the_standard_become_UIDs(String line, String pattern) throws Exception {
        assertThat(written.condition(line))
                .hasToString(line.substring(0, line.indexOf(' ')) + " = \"" + pattern + "\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            modalty = CT                       | modalty           | unknown key
            modality = []                      | modality          | must not be empty
            modality = [CT, [MR]]              | modality[1]       | expected a text, found a list
            modality { regx = CT }             | modality.regx     | unknown key
            modality { regex = "(" }           | modality.regex    | not a regular expression
            modality { regex = C, ignore-case = c } | modality.ignore-case | there is also a regex
            modality { ignor-case = ct }       | modality.ignor-case | unknown key
            modality = "CT\\\\"                | modality          | ends with a backslash
            modality = ${NOT_SET_ANYWHERE}     | modality          | refers to a value that is not set: ${NOT_SET_ANYWHERE}
            remote-host = pacs                 | remote-host       | not an address, and not a range
            remote-host = []                   | remote-host       | must not be empty
            remote-host = ["10.0.0.0/33"]      | remote-host[0]    | the length of a prefix must be 0 to 32
            sop-class = CTImageStorag          | sop-class         | did you mean CTImageStorage?
            transfer-syntax = JPEG2000Losless  | transfer-syntax   | did you mean JPEG2000Lossless?
            tags.StudyDescripton = x           | tags.StudyDescripton | no attribute is called StudyDescripton
            tags { "(0002,0010)" = x }         | tags."(0002,0010)" | not an attribute of a dataset
            tags.PixelData = x                 | tags.PixelData    | rules cannot use the pixel data
            tags.PatientID = []                | tags.PatientID    | must not be empty
            tags = x                           | tags              | expected a block
            not {}                             | not               | contains no condition
            not { modalty = CT }               | not.modalty       | unknown key
            not = [{ modality = CT }, 5]       | not[1]            | expected a block
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        assertThat(written.problemsOfCondition(line)).singleElement().satisfies(problem -> {
            assertThat(Written.place(problem)).isEqualTo("routing.conf:7 routes[0].match." + key);
            assertThat(problem.what()).contains(what);
        });
    }

    @Test
    void a_pattern_may_ignore_case() throws Exception {
        assertThat(written.condition("tags.StudyDescription { ignore-case = \"*trial*\" }"))
                .hasToString("StudyDescription = \"*trial*\" in any case");
        assertThat(written.condition("modality = [MR, { ignore-case = [ct, pt] }]"))
                .hasToString("modality = [\"MR\", [\"ct\" in any case, \"pt\" in any case]]");
    }

    @Test
    void a_misspelled_keyword_is_told_the_nearest() {
        assertThat(written.problemsOfCondition("tags.StudyDescripton = x"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.remedy()).isEqualTo("did you mean StudyDescription?"));
    }
}
