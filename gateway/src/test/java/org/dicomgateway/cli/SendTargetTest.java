package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.send.SendTarget;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class SendTargetTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "localhost:104, ANY-SCP@localhost:104",
        "ARCHIVE@10.1.2.3:11112, ARCHIVE@10.1.2.3:11112",
        "[::1]:104, ANY-SCP@::1:104",
        "OLD PACS@[fe80::1]:104, '\"OLD PACS\"@fe80::1:104'"
    })
    void an_address_needs_no_configuration(String text, String peer) throws Exception {
        SendTarget target = SendTarget.of(text, new ConfigurationFile());
        assertThat(target.peer()).hasToString(peer);
        assertThat(target.calling()).hasToString("SEND");
        assertThat(target.maxAssociations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:0", "localhost:65536", "A_TITLE_TOO_LONG_"})
    void an_impossible_port_or_title_is_an_error(String text) throws Exception {
        assertThatIllegalArgumentException().isThrownBy(() -> SendTarget.of(text, configured()));
    }

    @Test
    void a_destination_is_called_as_the_gateway_calls_it() throws Exception {
        SendTarget target = SendTarget.of("archive", configured());
        assertThat(target.peer()).hasToString("PACS@pacs.example.org:104");
        assertThat(target.calling()).hasToString("HOSPITAL");
        assertThat(target.maxAssociations()).hasValue(7);
        assertThat(target.requestor().responseTimeout()).hasSeconds(90);
    }

    @Test
    void the_word_gateway_means_its_own_listener() throws Exception {
        assertThat(SendTarget.of("gateway", configured()).peer()).hasToString("ENTRY@127.0.0.1:11113");
    }

    @Test
    void an_unknown_name_is_an_error_that_lists_the_known_ones() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SendTarget.of("archiv", configured()))
                .withMessage("'archiv' is neither HOST:PORT nor a destination; there are gateway, archive");
    }

    private ConfigurationFile configured() throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.conf"), """
                gateway.listeners.dicom { bind = 0.0.0.0, port = 11113, ae-titles = [ENTRY] }
                gateway.routing = routing.conf
                """);
        Files.writeString(folder.resolve("routing.conf"), """
                destinations.archive {
                  ae-title = PACS, host = pacs.example.org, port = 104, calling-ae = HOSPITAL
                  max-associations = 7, response-timeout = 90 s
                }
                routes = [ { name = all, fallback = true, to = archive } ]
                """);
        return parsed(file);
    }

    private static ConfigurationFile parsed(Path file) throws ConfigurationException {
        ConfigurationFile configuration = new ConfigurationFile();
        CommandSpec command =
                CommandSpec.create().addMixin("configuration", CommandSpec.forAnnotatedObject(configuration));
        new CommandLine(command).parseArgs("--config", file.toString());
        configuration.load();
        return configuration;
    }
}
