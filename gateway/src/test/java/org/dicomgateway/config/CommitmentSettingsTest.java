package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.CommitmentSettings.Report;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitmentSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void by_default_no_sender_may_request_it() throws Exception {
        CommitmentSettings commitment = written.gateway("").commitment();
        assertThat(commitment.senders()).isEmpty();
        assertThat(commitment.answerWhen()).isEqualTo(AnswerWhen.DELIVERED);
        assertThat(commitment.deadline()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void every_key_is_mapped() throws Exception {
        CommitmentSettings commitment = written.gateway("""
                        gateway {
                          commitment {
                            answer-when = delivered, deadline = 2 h, unknown-after = 1 m, max-open = 7, timeout = 5 s
                            retry { initial-delay = 2 s, max-delay = 3 m, after-deadline = 4 h }
                          }
                          sender-defaults.report = same-association
                          senders {
                            CT1 { host = ct1.example.org, port = 104 }
                            mr { ae-title = MR7, host = 10.0.0.7, port = 11112, report = new-association }
                          }
                        }
                        """).commitment();
        assertThat(commitment.deadline()).isEqualTo(Duration.ofHours(2));
        assertThat(commitment.unknownAfter()).isEqualTo(Duration.ofMinutes(1));
        assertThat(commitment.maxOpen()).isEqualTo(7);
        assertThat(commitment.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(commitment.retry())
                .isEqualTo(new Retry(Duration.ofSeconds(2), Duration.ofMinutes(3), Duration.ofHours(4)));
        assertThat(commitment.senders())
                .containsExactly(
                        new Sender(
                                "CT1",
                                new Peer(AeTitle.of("CT1"), "ct1.example.org", 104),
                                Report.SAME_ASSOCIATION,
                                Optional.empty()),
                        new Sender(
                                "mr",
                                new Peer(AeTitle.of("MR7"), "10.0.0.7", 11112),
                                Report.NEW_ASSOCIATION,
                                Optional.empty()));
    }

    @Test
    void what_is_wrong_is_named_with_its_place() {
        assertThat(written.problemsOfGateway("""
                        gateway.commitment.answer-when = spooled
                        gateway.senders {
                          CT1 { host = a, port = 104 }
                          CT2 { ae-title = CT1, host = b, port = 104 }
                          CT3 { host = "no host", port = 104, tls { enabled = true } }
                          A_NAME_THAT_IS_NO_AE_TITLE { host = a, port = 104 }
                        }
                        """))
                .extracting(Written::place)
                .contains("gateway.conf:1 gateway.commitment.answer-when", "gateway.conf:5 gateway.senders.CT3.host")
                .anyMatch(place -> place.contains("gateway.senders.CT2.ae-title"))
                .anyMatch(place -> place.contains("A_NAME_THAT_IS_NO_AE_TITLE"));
    }

    @Test
    void the_effective_configuration_shows_each_sender_with_its_defaults() throws Exception {
        Path file = written.file("gateway.conf", "gateway.senders { CT1 { host = ct1, port = 104 } }");
        assertThat(EffectiveConfiguration.renderGateway(file))
                .containsSubsequence("senders {", "CT1 {", "host = \"ct1\"", "report = \"new-association\"");
    }
}
