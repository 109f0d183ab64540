package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.Attribute;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.events.ReceiverSettings.Encryption;
import org.dicomgateway.config.events.ReceiverSettings.Mail;
import org.dicomgateway.config.events.ReceiverSettings.Webhook;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.RouteSettings.Hold;
import org.dicomgateway.security.Secret;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsSettingsTest {

    private static final String ROUTES = Written.DESTINATIONS + "routes = [ { name = all, to = orthanc1 } ]\n";

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
        written.file("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        written.file("password", "pw");
    }

    private ReceiverSettings receiver(String text) throws ConfigurationException {
        return written.routing(ROUTES + text).receivers().values().iterator().next();
    }

    @Test
    void every_key_is_mapped() throws Exception {
        ReceiverSettings bot = receiver("""
                events.bot {
                  on = [study-complete, destination-down], quiet = 90 s, complete-when = verified, stuck-after = 2 h
                  down-after = 30 s, attributes = [PatientID], max-waiting = 7
                  webhook { url = "http://bot.example/in?site=1", secret-file = secret, timeout = 3 s }
                }
                """);
        assertThat(bot)
                .isEqualTo(new ReceiverSettings(
                        "bot",
                        Set.of(EventKind.STUDY_COMPLETE, EventKind.DESTINATION_DOWN),
                        Duration.ofSeconds(90),
                        CompleteWhen.VERIFIED,
                        Duration.ofHours(2),
                        Duration.ofSeconds(30),
                        List.of(Attribute.PATIENT_ID),
                        7,
                        new Webhook(
                                URI.create("http://bot.example/in?site=1"),
                                folder.toAbsolutePath().normalize().resolve("secret"),
                                Duration.ofSeconds(3),
                                Optional.empty())));
        assertThat(receiver("""
                        event-defaults.mail { smtp = mail.example, from = "gateway@h.example", user = u, password-file = password }
                        events.on-call { on = disk-low, mail { to = "a@h.example", port = 465, encryption = tls } }
                        """).channel())
                .isEqualTo(new Mail(
                        "gateway@h.example",
                        List.of("a@h.example"),
                        "mail.example",
                        465,
                        Encryption.TLS,
                        Optional.of("u"),
                        Optional.of(new Secret("pw")),
                        Duration.ofSeconds(30),
                        Optional.empty()));
    }

    @Test
    void https_is_TLS_without_more_being_written() throws Exception {
        ReceiverSettings bot = receiver(
                "events.bot { on = parked, webhook { url = \"https://bot.example/\", secret-file = secret } }");
        assertThat(((Webhook) bot.channel()).tls()).isPresent();
    }

    @Test
    void all_mistakes_are_told_at_once_with_their_lines() {
        ConfigurationException problems =
                catchThrowableOfType(ConfigurationException.class, () -> written.routing(ROUTES + """
                        events {
                          a { on = [study-done], webhook { url = "http://u:p@bot/", secret-file = secret } }
                          b { on = parked }
                          c { on = parked, webhook { url = "http://bot/", secret-file = absent }, quiet = 0 s }
                          d { on = parked, mail { to = "a@b.example\\r\\nBcc: x@y", smtp = m, from = "x <a@b>" } }
                          e { on = parked, attributes = [PatientName], webhook { url = "http://bot/", secret-file = secret } }
                          f { on = parked, mail { to = "a@b.example", smtp = m, from = "a@b.example", user = u, password = p, encryption = none } }
                          g { on = parked, webhook { url = "http://bot/", secret-file = secret, tls { profile = strict } } }
                        }
                        """));
        assertThat(problems.getMessage())
                .contains(
                        "there is no event 'study-done'",
                        "contains a login",
                        "neither webhook nor mail",
                        "cannot be read",
                        "events.c.quiet",
                        "events.d.mail.to",
                        "events.d.mail.from",
                        "PatientName",
                        "would be sent without encryption",
                        "there is a tls block, but the URL begins with http:");
    }

    @Test
    void a_route_can_hold_studies() throws Exception {
        assertThat(written.routing(
                                Written.DESTINATIONS
                                        + "routes = [ { name = all, to = orthanc1, hold-until = study-complete, hold-quiet = 30 s } ]")
                        .routes()
                        .get(0)
                        .hold())
                .contains(new Hold(Duration.ofSeconds(30), Duration.ofMinutes(30)));
        assertThat(written.routing(ROUTES).routes().get(0).hold()).isEmpty();
        assertThat(
                        catchThrowableOfType(
                                ConfigurationException.class,
                                () -> written.routing(
                                        Written.DESTINATIONS
                                                + "routes = [ { name = all, to = orthanc1, hold-until = study-complete, hold-quiet = 2 h } ]")))
                .hasMessageContaining("hold-quiet is longer than hold-at-most");
    }

    @Test
    void what_belongs_to_whole_studies_is_refused_in_a_cluster() throws Exception {
        Path routing = folder.resolve("routing.conf");
        String bot = "events.bot { on = [%s], webhook { url = \"http://bot/\", secret-file = secret } }";
        assertThat(Configuration.notInCluster(routing, written.routing(ROUTES + bot.formatted("study-complete")))
                        .orElseThrow()
                        .toString())
                .contains("events.bot.on", "does not know whether a study is complete", "remove study-complete");
        assertThat(Configuration.notInCluster(routing, written.routing(ROUTES + bot.formatted("destination-down"))))
                .isEmpty();
        assertThat(Configuration.notInCluster(
                                routing,
                                written.routing(Written.DESTINATIONS
                                        + "routes = [ { name = all, to = orthanc1, hold-until = study-complete } ]"))
                        .orElseThrow()
                        .toString())
                .contains("routes.all.hold-until", "does not know whether a study is complete");
    }
}
