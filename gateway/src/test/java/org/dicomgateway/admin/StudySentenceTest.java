package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.StudySentence;
import org.dicomgateway.admin.api.StudyView;
import org.dicomgateway.forward.health.BreakerState;
import org.dicomgateway.forward.health.Diagnosis;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.StudyAt;
import org.junit.jupiter.api.Test;

class StudySentenceTest {

    private static final Instant CAME = Instant.parse("2026-03-01T15:31:10Z");

    @Test
    void it_tells_when_a_study_came_that_it_is_safe_and_who_refused_it_and_why() {
        StudyView study =
                study(1, CAME, 0, at("orthanc1", 0, 0, 1, "given up after 3 attempts: 0xA700 out of resources"));
        assertThat(sentence("A4711", study, CAME.plusSeconds(600)))
                .isEqualTo("A4711 came at 15:31 from CT9, 1 image. It is safe in the gateway;"
                        + " orthanc1 did not take it: 0xA700 out of resources.");
    }

    @Test
    void it_tells_who_has_it_and_who_does_not_have_it_yet() {
        StudyView study = study(
                120,
                CAME.plusSeconds(540),
                0,
                at("orthanc1", 120, 0, 0, ""),
                at("orthanc2", 20, 100, 0, "cannot connect to ORTHANC2"));
        assertThat(sentence("A4711", study, CAME.plusSeconds(600)))
                .isEqualTo(
                        "A4711 came between 15:31 and 15:40 from CT9, 120 images. It is safe in the gateway; orthanc1"
                                + " has it; orthanc2 does not have 100 of 120 images yet: cannot connect to ORTHANC2.");
    }

    @Test
    void what_is_everywhere_is_told_in_a_few_words_with_the_day_when_it_was_not_today() {
        StudyView study = study(2, CAME, 0, at("orthanc1", 2, 0, 0, ""), at("orthanc2", 2, 0, 0, ""));
        assertThat(sentence("A4711", study, CAME.plusSeconds(90_000)))
                .isEqualTo("A4711 came on 1 March at 15:31 from CT9, 2 images. orthanc1 has it; orthanc2 has it.");
    }

    /** Each state of a destination, and each kind of reason of a delivery, as the gateway writes it. */
    @Test
    void whatever_the_reason_is_it_reads_as_a_sentence() {
        assertThat(why(diagnosis(Optional.of("new disk."), Optional.empty(), down()), "0xA700 out of resources"))
                .isEqualTo("orthanc1 does not have it yet, because it is paused by an operator: new disk.");
        assertThat(why(diagnosis(Optional.of(""), Optional.empty(), up()), ""))
                .isEqualTo("orthanc1 does not have it yet, because it is paused by an operator.");
        assertThat(why(diagnosis(Optional.empty(), Optional.of(Instant.parse("2026-03-01T22:00:00Z")), up()), ""))
                .isEqualTo("orthanc1 does not have it yet, because it is closed by schedule until 22:00.");
        assertThat(why(diagnosis(Optional.empty(), Optional.of(Instant.parse("2026-03-02T06:00:00Z")), up()), ""))
                .isEqualTo("orthanc1 does not have it yet, because it is closed by schedule until 2 March 06:00.");
        assertThat(why(diagnosis(Optional.empty(), Optional.empty(), down()), "cannot connect to A@a:1: refused"))
                .isEqualTo("orthanc1 does not have it yet, because it is down: cannot connect to A@a:1: refused.");
        assertThat(why(diagnosis(Optional.empty(), Optional.empty(), up(), "slow: a C-ECHO took 3.0 s"), ""))
                .isEqualTo("orthanc1 does not have it yet, because it is degraded: slow: a C-ECHO took 3.0 s.");
        assertThat(why(diagnosis(Optional.empty(), Optional.empty(), up()), ""))
                .isEqualTo("orthanc1 does not have it yet.");
        Diagnosis well = diagnosis(Optional.empty(), Optional.empty(), up());
        assertThat(why(well, OutcomeTable.ofStatus(0xA700).reason()))
                .isEqualTo("orthanc1 does not have it yet: 0xA700 out of resources.");
        assertThat(why(
                        well,
                        Settlement.Retry.untilOpen("night", Instant.parse("2026-03-01T20:30:00Z"))
                                .reason()))
                .isEqualTo("orthanc1 does not have it yet: route night is closed until 20:30.");
        assertThat(why(well, "it was missing there"))
                .isEqualTo("orthanc1 does not have it yet, because it was missing there.");
    }

    @Test
    void a_server_that_has_a_newer_version_has_that() {
        StudyView.At newer = new StudyView.At("orthanc1", 0, 0, 0, 0, 1, 0, "", 0, 0, 0, 0, 0);
        assertThat(sentence("A4711", study(1, CAME, 0, newer), CAME))
                .isEqualTo("A4711 came at 15:31 from CT9, 1 image. orthanc1 has a newer version of it.");
    }

    @Test
    void what_no_route_applies_to_is_said_and_a_study_without_a_number_is_the_study() {
        assertThat(sentence("", study(1, CAME, 1), CAME))
                .isEqualTo("The study came at 15:31 from CT9, 1 image. It is safe in the gateway;"
                        + " no route of the rules applies to it.");
    }

    @Test
    void texts_of_devices_are_printable_and_short_and_no_patient_is_named() {
        StudyView study = study(1, CAME, 0, at("orthanc1", 0, 0, 1, "\u001b[31m" + "x".repeat(5_000)));
        assertThat(sentence("A\r\n" + "1".repeat(500), study, CAME))
                .hasSizeLessThan(500)
                .doesNotContain("\u001b", "\r", "\n", "PAT-1");
    }

    @Test
    void a_server_that_lost_it_does_not_have_it() {
        StudyView.At lost = new StudyView.At("orthanc1", 1, 0, 0, 0, 0, 0, "", 0, 1, 0, 0, 0);
        StudyView.At other = new StudyView.At("orthanc2", 1, 0, 0, 0, 0, 0, "", 0, 0, 1, 0, 0);
        assertThat(sentence("A4711", study(1, CAME, 0, lost, other), CAME))
                .contains("orthanc1 got it and does not have it any more")
                .contains("orthanc2 holds something else instead of it")
                .doesNotContain("has it");
    }

    /** What the sentence says of the one server, after that the study is safe. */
    private static String why(Diagnosis diagnosis, String reason) {
        HealthView health = new HealthView(
                "A@a:1",
                diagnosis.state().toString(),
                CAME,
                diagnosis.why(),
                diagnosis.state().isUsable(),
                0,
                0,
                0,
                1,
                1,
                1,
                0,
                0,
                0,
                Optional.empty(),
                "",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                false);
        StudyAt waiting = new StudyAt("orthanc1", 0, 1, 0, 0, 0, 0, reason, 0, 0, 0, 0, 0);
        FoundStudy found = new FoundStudy(
                "1.2.3", "A4711", "PAT-1", List.of("CT"), 1, 1, 0, CAME, CAME, List.of("CT9"), List.of(waiting));
        String sentence = sentence("A4711", StudyView.of(found, Map.of("orthanc1", health)), CAME);
        String safe = "It is safe in the gateway; ";
        assertThat(sentence).contains(safe);
        return sentence.substring(sentence.indexOf(safe) + safe.length());
    }

    private static Diagnosis diagnosis(
            Optional<String> paused, Optional<Instant> closedUntil, BreakerState breaker, String... complaints) {
        return Diagnosis.of(new Diagnosis.Signs(paused, closedUntil, breaker, List.of(complaints)));
    }

    private static BreakerState up() {
        return BreakerState.Closed.fresh(CAME);
    }

    private static BreakerState down() {
        Deadline pause = new Deadline(InstantSource.fixed(CAME), CAME, CAME.plusSeconds(5));
        return new BreakerState.Open(CAME, 3, CAME, true, 1, pause, "cannot connect to A@a:1: refused");
    }

    private static String sentence(String name, StudyView study, Instant now) {
        return StudySentence.of(name, study, ZoneOffset.UTC, now);
    }

    private static StudyView study(long instances, Instant last, long unrouted, StudyView.At... destinations) {
        return new StudyView(
                "1.2.3",
                "A4711",
                "PAT-1",
                "CT",
                instances,
                1024,
                unrouted,
                CAME,
                last,
                List.of("CT9"),
                List.of(destinations),
                "");
    }

    private static StudyView.At at(String destination, long delivered, long pending, long parked, String why) {
        return new StudyView.At(destination, delivered, pending, parked, 0, 0, 0, why, 0, 0, 0, 0, 0);
    }
}
