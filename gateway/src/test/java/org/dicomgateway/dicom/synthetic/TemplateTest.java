package org.dicomgateway.dicom.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.galaxy.io.ImageInputStream;
import org.assertj.core.api.ThrowingConsumer;
import org.dicomgateway.dicom.synthetic.template.Template;
import org.dicomgateway.dicom.synthetic.template.TemplateException;
import org.dicomgateway.dicom.synthetic.template.TemplateParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {

    @TempDir
    private Path folder;

    @Test
    void attributes_are_set_by_keyword_and_by_tag_over_the_generated_ones() throws Exception {
        Attributes dataset = generatedWith("""
                # for the routing demo

                StudyDescription = Cardiac TRIAL 7 = phase 2
                  (0018,1030)=Chest routine
                ImageComments =
                PatientName = Müller^Jörg
                OtherPatientNames = One^A\\Two^B
                (0028,0106) US = 7
                FrameLaterality=
                (0009,0010) LO = ACME 1.0
                (0009,1001) DS = 1.5\\2.5
                (0009,1002) FD = 0.25
                (0009,1003) SL = -3
                (0009,1004) UL = 4294967295
                """);

        assertThat(dataset.getString(Tag.StudyDescription)).isEqualTo("Cardiac TRIAL 7 = phase 2");
        assertThat(dataset.getString(Tag.ProtocolName)).isEqualTo("Chest routine");
        assertThat(dataset.contains(Tag.ImageComments)).isTrue();
        assertThat(dataset.containsValue(Tag.ImageComments)).isFalse();
        assertThat(dataset.getString(Tag.PatientName)).isEqualTo("Müller^Jörg");
        assertThat(dataset.getStrings(Tag.OtherPatientNames)).containsExactly("One^A", "Two^B");
        assertThat(dataset.getInt(Tag.SmallestImagePixelValue, 0)).isEqualTo(7);
        assertThat(dataset.getStrings("ACME 1.0", 0x00090001)).containsExactly("1.5", "2.5");
        assertThat(dataset.getDouble("ACME 1.0", 0x00090002, VR.FD, 0)).isEqualTo(0.25);
        assertThat(dataset.getInt("ACME 1.0", 0x00090003, VR.SL, 0)).isEqualTo(-3);
        assertThat(dataset.getInt("ACME 1.0", 0x00090004, VR.UL, 0)).isEqualTo(-1);
    }

    @Test
    void every_mistake_is_reported_with_file_and_line() throws IOException {
        Path file = write("""
                # line 1
                StudyDescripton = typo
                no equals sign
                StudyDate = 2024-01-31
                SOPInstanceUID = 1.2.3
                Rows = 7
                PixelData = 1
                (0002,0010) = 1.2
                (0009,1001) = 5
                (0009,1002) LO = 5
                OtherPatientIDsSequence = x
                PatientSex = F
                PatientSex = M
                Modality ZZ = CT
                """);

        TemplateException wrong = catchThrowableOfType(TemplateException.class, () -> Template.read(file));

        assertThat(wrong.problems())
                .satisfiesExactly(
                        line(file, 2, "'StudyDescripton' is not a keyword"),
                        line(file, 3, "not of the form"),
                        line(file, 4, "StudyDate (DA) must be a date like 20240131: '2024-01-31'"),
                        line(file, 5, "SOPInstanceUID is generated"),
                        line(file, 6, "Rows is generated"),
                        line(file, 7, "PixelData is outside"),
                        line(file, 8, "(0002,0010) is outside"),
                        line(file, 9, "add its value representation: (0009,1001) LO = …"),
                        line(file, 11, "has the value representation SQ, which a template cannot contain"),
                        line(file, 13, "PatientSex already has a value in line 12"),
                        line(file, 14, "'ZZ' is not a value representation"),
                        line(file, 10, "(0009,1002) needs its private creator: (0009,0010) LO = …"));
    }

    @ParameterizedTest
    @CsvSource({
        "AccessionNumber, 12345678901234567",
        "Modality, ct",
        "StudyTime, 2561",
        "PatientAge, 42",
        "PatientName, a^b^c^d^e^f",
        "InstanceNumber, 1.5",
        "SliceThickness, thick",
        "SmallestImagePixelValue, 65536",
        "FrameOfReferenceUID, 1.02.3",
        "RetrieveAETitle, 12345678901234567",
        "EchoTrainLength, 99999999999"
    })
    void a_value_that_its_representation_does_not_allow_is_refused(String keyword, String value) {
        String vr = keyword.equals("SmallestImagePixelValue") ? " US" : "";

        assertThatThrownBy(() -> new TemplateParser("t").parse(List.of(keyword + vr + " = " + value)))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("t:1: " + keyword + " (")
                .hasMessageContaining(") must be ")
                .hasMessageEndingWith("'" + value + "'");
    }

    @Test
    void text_must_be_spelled_by_the_character_set_that_is_asked_for() throws Exception {
        assertThat(generatedWith("SpecificCharacterSet = ISO_IR 100\nPatientName = Müller^Jörg\n")
                        .getString(Tag.PatientName))
                .isEqualTo("Müller^Jörg");
        assertThat(generatedWith("SpecificCharacterSet = ISO_IR 192\nPatientName = Yamada^Tarou=山田^太郎\n")
                        .getString(Tag.PatientName))
                .isEqualTo("Yamada^Tarou=山田^太郎");
        assertThatThrownBy(() -> generatedWith("SpecificCharacterSet = ISO_IR 100\nPatientName = 山田^太郎\n"))
                .hasMessageContaining(":2: (0010,0010) contains characters that ISO_IR 100 does not contain");
        assertThatThrownBy(() -> generatedWith("SpecificCharacterSet = KLINGON\n"))
                .hasMessageContaining(":1: 'KLINGON' is not a Specific Character Set");
    }

    @Test
    void a_file_that_is_not_UTF_8_or_not_there_is_said_to_be() throws IOException {
        Path latin = folder.resolve("latin.txt");
        Files.writeString(latin, "PatientName = Müller", StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Template.read(latin)).hasMessageContaining("latin.txt:1: the file is not UTF-8");
        assertThatThrownBy(() -> Template.read(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    private static ThrowingConsumer<String> line(Path file, int number, String problem) {
        return text -> assertThat(text).startsWith(file + ":" + number + ": ").contains(problem);
    }

    private Attributes generatedWith(String text) throws IOException, TemplateException {
        StudySpec spec = StudySpec.of(Modality.CR, 1).withTemplate(Template.read(write(text)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SyntheticStudies.of(spec).iterator().next().writeTo(out);
        try (ImageInputStream in = new ImageInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            return in.readDataset(-1, -1);
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("template.txt"), text);
    }
}
