package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void every_key_is_mapped() throws Exception {
        assertThat(access("""
                        { name = ct, calling-ae = "CT*", called-ae = PACS, remote-host = "10.1.0.0/16"
                          certificate = "CN=ct1", user = alice, sop-class = CT Image Storage
                          transfer-syntaxes = [ExplicitVRLittleEndian, "1.2.840.10008.1.2.4.70"]
                          max-associations = 3, max-rate { instances = 4, bytes = 5 MiB }
                          max-instance-size = 6 MiB, max-association-size = 7 GiB }
                        """))
                .containsExactly(new AccessRule(
                        "ct",
                        Optional.of(Wildcard.of("CT*")),
                        Optional.of(Wildcard.of("PACS")),
                        List.of(AddressRange.of("10.1.0.0/16")),
                        Optional.of(Wildcard.of("CN=ct1")),
                        Optional.of(Wildcard.of("alice")),
                        Optional.of(Wildcard.of("1.2.840.10008.5.1.4.1.1.2")),
                        List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.of("1.2.840.10008.1.2.4.70")),
                        new PeerLimits(
                                OptionalInt.of(3),
                                new RateLimit(OptionalInt.of(4), Optional.of(DataSize.ofMebibytes(5))),
                                Optional.of(DataSize.ofMebibytes(6)),
                                Optional.of(DataSize.ofMebibytes(7 * 1024)))));
    }

    @Test
    void transfer_syntaxes_are_those_of_the_entry_or_of_the_listener_in_their_order() throws Exception {
        String two = "transfer-syntaxes = [1.2.840.10008.1.2.4.70, ExplicitVRLittleEndian]\n";
        TransferSyntax jpeg = TransferSyntax.of("1.2.840.10008.1.2.4.70");
        assertThat(written.gateway("gateway.listeners.lab {\n" + two
                                + "access = [ { name = own, transfer-syntaxes = any },"
                                + " { name = one, transfer-syntaxes = ImplicitVRLittleEndian }, { name = same } ] }")
                        .listeners()
                        .get(0)
                        .access())
                .extracting(AccessRule::transferSyntaxes)
                .containsExactly(
                        List.of(),
                        List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
                        List.of(jpeg, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
        assertThat(written.gateway("gateway.listeners.lab {\n" + two + "}")
                        .listeners()
                        .get(0)
                        .access()
                        .get(0)
                        .transferSyntaxes())
                .containsExactly(jpeg, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }

    @Test
    void limits_fall_back_on_the_defaults_which_hold_for_everybody_without_entries() throws Exception {
        PeerLimits two = new PeerLimits(OptionalInt.of(2), RateLimit.UNLIMITED, Optional.empty(), Optional.empty());
        assertThat(written.gateway("gateway.access-defaults.max-associations = 2\ngateway.listeners.lab {}")
                        .listeners()
                        .get(0)
                        .access())
                .containsExactly(AccessRule.anybody(List.of(), two));
        assertThat(written.gateway("gateway.access-defaults.max-associations = 2\n"
                                + "gateway.listeners.lab.access = { name = all }")
                        .listeners()
                        .get(0)
                        .access())
                .extracting(AccessRule::limits)
                .containsExactly(two);
    }

    @Test
    void users_have_the_hash_of_a_passcode_or_none() throws Exception {
        PasswordHash hash = PasswordHash.make(new Secret("x"));
        assertThat(written.gateway("gateway.users { alice { password-hash = \"" + hash.written()
                                + "\" }, kiosk { password-hash = none } }")
                        .users())
                .containsOnlyKeys("alice", "kiosk")
                .containsEntry("alice", Optional.of(hash))
                .containsEntry("kiosk", Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gateway.listeners.lab.access = [ { calling-ae = A } ]                    | gateway.listeners.lab.access[0].name | missing
            gateway.listeners.lab.access = [ { name = a }, { name = a } ]            | gateway.listeners.lab.access[1].name | there is already an entry a
            gateway.listeners.lab.access = [ { name = a, remote-host = pacs } ]      | gateway.listeners.lab.access[0].remote-host | not an address
            gateway.listeners.lab.access = [ { name = a, sop-class = Cat Scan } ]    | gateway.listeners.lab.access[0].sop-class | no SOP class is called
            gateway.listeners.lab.access = [ { name = a, calling = A } ]             | gateway.listeners.lab.access[0].calling | unknown key
            gateway.listeners.lab.access = everybody                                 | gateway.listeners.lab.access | expected a block
            gateway.access-defaults.max-associations = many                          | gateway.access-defaults.max-associations | expected a whole number
            gateway.users { bob { } }                                                | gateway.users.bob.password-hash | missing
            gateway.users { bob { password-hash = secret } }                              | gateway.users.bob.password-hash | not a password hash
            """)
    void a_mistake_is_one_problem_with_its_place(String text, String key, String what) {
        assertThat(written.problemsOfGateway(text)).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.what()).contains(what).doesNotContain("secret");
        });
    }

    private List<AccessRule> access(String entry) throws ConfigurationException {
        return written.gateway("gateway.listeners.lab.access = [\n" + entry + "]")
                .listeners()
                .get(0)
                .access();
    }
}
