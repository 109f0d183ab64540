package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.transform.PixelMask;
import org.dicomgateway.config.transform.PrivateElement;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformSettingsTest {

    private static final String KEY = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write() {
        written = new Written(folder);
        written.secret("keys/trial.key", KEY + "\n");
        written.secret("keys/weak.key", "00".repeat(32));
        written.secret("keys/word.key", "secret");
        written.file("institutions.csv", "# old, new\nOld,New\n\"A, B\",\"The \"\"C\"\"\"\n");
        written.file("masks.csv", "# device, size, rectangle\n\"ACME, Inc.\",Echo,480,640,0,0,640,40\n");
        written.file("descriptors.txt", "T1,  sag\nSchädel nativ\n");
        written.file("broken.csv", "only one field\n");
    }

    private static String with(String transforms, String destination) {
        return "transforms {\n" + transforms + "\n}\n"
                + Written.DESTINATIONS.replace("port = 1 }", "port = 1, " + destination + " }")
                + "routes = [ { name = all, to = [orthanc1, orthanc2, orthanc3] } ]";
    }

    private List<String> problems(String transforms, String destination) {
        return written.problemsOfRouting(with(transforms, destination)).stream()
                .map(TransformSettingsTest::told)
                .toList();
    }

    private static String told(Problem problem) {
        return Written.place(problem) + ": " + problem.what();
    }

    @Test
    void everything_is_read() throws ConfigurationException {
        List<TransformSettings> transforms = Optional.ofNullable(written.routing(with("""
                        tidy {
                          set { IssuerOfPatientID = HOSP-A }
                          replace { PatientID { regex = "0*(.+)", with = "$1" } }
                          map { InstitutionName { file = institutions.csv, otherwise = keep } }
                          copy { RequestedProcedureDescription = StudyDescription }
                          remove = ["(0009,*)", OtherPatientIDs]
                          when { modality = CT }
                          record-original = true
                        }
                        trial {
                          profile = basic
                          options = [retain-longitudinal-modified-dates, retain-device-identity, clean-descriptors, retain-safe-private]
                          key-file = keys/trial.key
                          patient-id { prefix = "T-" }
                          dates { shift-within = 365 d }
                          burned-in = mask
                          masks = masks.csv
                          descriptors-file = descriptors.txt
                          private { keep = ["SIEMENS MR HEADER (0019,xx0C)"] }
                        }
                        """, "transform = [tidy, trial]"))
                        .destinations()
                        .get("orthanc1"))
                .orElseThrow()
                .transforms();
        assertThat(transforms).extracting(TransformSettings::name).containsExactly("tidy", "trial");
        assertThat(transforms.get(0).rules())
                .extracting(RuleSettings::toString)
                .containsExactly(
                        "set (0010,0021) = HOSP-A",
                        "replace (0010,0020) /0*(.+)/ with $1",
                        "map (0008,0080) by institutions.csv",
                        "copy (0032,1060) = (0008,1030)",
                        "remove (0009,*)",
                        "remove (0010,1000)");
        assertThat(((RuleSettings.Lookup) transforms.get(0).rules().get(2)).table())
                .isEqualTo(Map.of("Old", "New", "A, B", "The \"C\""));
        ProfileSettings profile = transforms.get(1).profile().orElseThrow();
        assertThat(profile.options())
                .isEqualTo(Set.of(
                        ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES,
                        ProfileOption.RETAIN_DEVICE_IDENTITY,
                        ProfileOption.CLEAN_DESCRIPTORS,
                        ProfileOption.RETAIN_SAFE_PRIVATE));
        assertThat(profile.shiftWithinDays())
                .hasValue((int) Duration.ofDays(365).toDays());
        assertThat(profile.burnedIn()).isEqualTo(BurnedIn.MASK);
        assertThat(profile.masks()).containsExactly(new PixelMask("ACME, Inc.", "Echo", 480, 640, 0, 0, 640, 40));
        assertThat(profile.kept().descriptors()).containsExactly("schädel nativ", "t1, sag");
        assertThat(profile.kept().privateElements())
                .containsExactly(new PrivateElement("SIEMENS MR HEADER", 0x0019, 0x0C));
        assertThat(transforms.get(0).recordOriginal()).isTrue();
        assertThat(profile.key().value()).isEqualTo(KEY);
        assertThat(profile.toString()).doesNotContain(KEY);
    }

    @Test
    void each_mistake_in_a_rule_is_named_with_its_line() {
        assertThat(problems("""
                        tidy {
                          set { PatientNam = X, Rows = 5, SOPInstanceUID = 1, StudyDate = yesterday, "(0009,1001)" = A }
                          replace { PatientID { regex = "(", with = "$1" } }
                          replace { AccessionNumber { regex = "A.*", with = "$1" } }
                          map { InstitutionName { file = missing.csv, otherwise = keep } }
                          map { StationName { file = broken.csv, otherwise = maybe } }
                          copy { StudyDescription = PixelData }
                          remove = [PixelData, StudyInstanceUID, "(0008,*)", Nonsense]
                        }
                        """, "transform = tidy"))
                .hasSize(15)
                .allMatch(problem -> problem.startsWith("routing.conf:"))
                .anyMatch(problem -> problem.contains("did you mean PatientName?"))
                .anyMatch(problem -> problem.contains("of type US"))
                .anyMatch(problem -> problem.contains("'yesterday' is not a value of type DA"))
                .anyMatch(problem -> problem.contains("names group $1, and the regex has 0"))
                .anyMatch(problem -> problem.contains("missing.csv (no such file or folder)"))
                .anyMatch(problem -> problem.contains("line 1 of") && problem.contains("broken.csv"));
    }

    @Test
    void each_mistake_in_a_profile_is_named() {
        assertThat(problems("a { profile = strict, key-file = keys/none.key }", "transform = a"))
                .anyMatch(problem -> problem.contains("no profile is called 'strict'"))
                .anyMatch(problem -> problem.contains("none.key (no such file or folder)"));
        assertThat(problems("a { profile = basic }", "transform = a"))
                .containsExactly("routing.conf:2 transforms.a.key-file: missing");
        assertThat(problems("a { profile = basic, key-file = keys/weak.key }", "transform = a"))
                .allMatch(problem -> problem.contains("weak"))
                .hasSize(1);
        assertThat(problems("a { profile = basic, key-file = keys/word.key }", "transform = a"))
                .allMatch(problem -> problem.contains("not a key") && !problem.contains("secret"))
                .hasSize(1);
        String key = "profile = basic, key-file = keys/trial.key";
        assertThat(problems("a { " + key + ", options = [clean-descriptors] }", "transform = a"))
                .hasSize(1);
        assertThat(problems("a { " + key + ", options = [retain-longitudinal-modified-dates] }", "transform = a"))
                .hasSize(1);
        assertThat(problems("a { " + key + ", dates { shift-within = 10 d } }", "transform = a"))
                .hasSize(1);
        assertThat(problems("a { " + key + ", when { modality = CT } }", "transform = a"))
                .allMatch(problem -> problem.contains("a profile holds for every instance"))
                .hasSize(1);
        assertThat(problems("a { " + key + ", burned-in = mask }", "transform = a"))
                .singleElement()
                .asString()
                .contains("what is made black");
        written.file("masks.csv", "ACME,Echo,480,640,0,0,640,40\nACME,Echo,480,640,0,470,640,11\n");
        assertThat(problems("a { " + key + ", burned-in = mask, masks = masks.csv }", "transform = a"))
                .singleElement()
                .asString()
                .contains("line 2 of ")
                .contains("the rectangle is not within the image");
        assertThat(problems("a { " + key + ", private { keep = [\"(0019,100C)\"] } }", "transform = a"))
                .singleElement()
                .asString()
                .contains("not a private element");
        assertThat(problems(
                        "a { " + key + ", private { keep = [\"SIEMENS MR HEADER (0019,xx0C)\"] } }", "transform = a"))
                .singleElement()
                .asString()
                .contains("only with the option retain-safe-private");
        assertThat(problems("a { " + key + ", record-original = true }", "transform = a"))
                .singleElement()
                .asString()
                .contains("keeps no old values");
        assertThat(problems("a { set { PatientID = X }, key-file = keys/trial.key }", "transform = a"))
                .hasSize(1);
    }

    @Test
    void a_destination_names_transforms_that_exist_and_is_de_identified_last_and_not_by_the_senders_title() {
        String key = "profile = basic, key-file = keys/trial.key";
        assertThat(problems("a { set { PatientID = X } }", "transform = b"))
                .allMatch(problem -> problem.contains("no transform is called 'b'"))
                .hasSize(1);
        assertThat(problems("a { set { PatientID = X } }, t { " + key + " }", "transform = [t, a]"))
                .allMatch(problem -> problem.contains("must not be changed again"))
                .hasSize(1);
        assertThat(problems("t { " + key + " }", "transform = t, calling-ae = preserve"))
                .allMatch(problem -> problem.contains("calling-ae is preserve"))
                .hasSize(1);
        assertThat(problems("a { }", "transform = a"))
                .allMatch(problem -> problem.contains("changes nothing"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0011, has 4 hexadecimal digits; a key has 64",
        "'00112233445566778899aabbccddeeff0123456789abcdeffedcba98765432101', has 65 hexadecimal digits",
        "'00112233445566778899aabbccddeeff 0123456789abcdeffedcba9876543210', not a key",
        "'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', weak",
    })
    void a_key_that_is_none_is_named_with_what_is_wrong(String key, String what) {
        written.secret("keys/bad.key", key + "\r\n");
        assertThat(problems("a { profile = basic, key-file = keys/bad.key }", "transform = a"))
                .singleElement()
                .asString()
                .startsWith("routing.conf:2 transforms.a.key-file: ")
                .contains(what)
                .doesNotContain("00112233")
                .doesNotContain("0405");
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--, true", "rw----rw-, true", "rw-rw----, true", "rw-r-----, false", "rw-------, false"})
    void a_key_that_others_can_read_or_change_is_an_error(String permissions, boolean wrong) throws Exception {
        Files.setPosixFilePermissions(folder.resolve("keys/trial.key"), PosixFilePermissions.fromString(permissions));
        String text = with("a { profile = basic, key-file = keys/trial.key }", "transform = a");
        if (wrong) {
            assertThat(written.problemsOfRouting(text))
                    .singleElement()
                    .asString()
                    .contains("other users of this machine can read the key")
                    .contains("chmod 600 keys/trial.key");
        } else {
            assertThat(written.routing(text).transforms()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"'000123,000123', 2", "'000123,S-1\n000124,000123', 3"})
    void no_patient_gets_the_ID_of_a_patient(String lines, int line) {
        written.file("ids.csv", "# old, new\n" + lines.replace("\\n", "\n") + "\n");
        assertThat(problems(
                        "a { profile = basic, key-file = keys/trial.key, patient-id.map { file = ids.csv, otherwise = park } }",
                        "transform = a"))
                .singleElement()
                .asString()
                .contains("line " + line + " of ")
                .doesNotContain("000123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"failover", "balance", "replicate"})
    void no_route_chooses_between_with_and_without_the_data_of_patients(String strategy) throws ConfigurationException {
        String text = """
                transforms { trial { profile = basic, key-file = keys/trial.key }, tidy.remove = [StudyID] }
                %s
                destinations { orthanc1.transform = [tidy, trial], orthanc2.transform = tidy }
                routes = [ { name = r, to = [orthanc1, orthanc2, orthanc3],
                  strategy = %s } ]""".formatted(Written.DESTINATIONS.strip(), strategy);
        assertThat(written.problemsOfRouting(text))
                .extracting(TransformSettingsTest::told)
                .containsExactly("routing.conf:9 routes[0].strategy: with the strategy " + strategy
                        + ", what could not be sent de-identified to orthanc1 can"
                        + " go to orthanc2 and orthanc3 with the patient's data");
        for (String right : List.of(
                text.replace("strategy =", "mixed-identity = allow, strategy ="),
                text.replace("orthanc2.transform = tidy", "orthanc2.transform = trial, orthanc3.transform = trial"),
                text.replace(strategy, "broadcast"))) {
            assertThat(written.routing(right).routes()).hasSize(1);
        }
    }

    @Test
    void a_transform_that_is_used_nowhere_is_a_warning() throws ConfigurationException {
        Path routing = written.file("routing.conf", with("a { set { PatientID = X } }", "weight = 1"));
        assertThat(Configuration.warnings(routing, written.gateway("")))
                .anyMatch(warning -> warning.what().contains("no destination names the transform a"));
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_value() throws ConfigurationException {
        written.file("ids.csv", "\uFEFF000123,S-1\n000124,S-2\n");
        List<TransformSettings> transforms = Optional.ofNullable(written.routing(
                                with("tidy.map { PatientID { file = ids.csv, otherwise = keep } }", "transform = tidy"))
                        .destinations()
                        .get("orthanc1"))
                .orElseThrow()
                .transforms();
        assertThat(transforms.get(0).rules().get(0))
                .isInstanceOfSatisfying(
                        RuleSettings.Lookup.class,
                        lookup -> assertThat(lookup.table()).isEqualTo(Map.of("000123", "S-1", "000124", "S-2")));
    }
}
