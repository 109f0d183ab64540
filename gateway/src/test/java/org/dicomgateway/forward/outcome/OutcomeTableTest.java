package org.dicomgateway.forward.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomeTableTest {

    @ParameterizedTest
    @CsvSource({
        "0x0000, delivered",
        "0x0001, delivered",
        "0x0107, delivered",
        "0x0116, delivered",
        "0xB000, delivered",
        "0xB006, delivered",
        "0xB007, delivered",
        "0xBFFF, delivered",
        "0x0111, delivered",
        "0x0122, impossible",
        "0x0124, refused",
        "0xA700, refused",
        "0xA701, refused",
        "0xA7FF, refused",
        "0x0110, refused",
        "0x0213, refused",
        "0xA800, refused",
        "0xA900, refused",
        "0xA9FF, refused",
        "0xC000, refused",
        "0xCFFF, refused",
        "0x0105, refused",
        "0x0106, refused",
        "0x0112, refused",
        "0x0115, refused",
        "0x0117, refused",
        "0x0118, refused",
        "0x0119, refused",
        "0x0120, refused",
        "0x0121, refused",
        "0x0210, refused",
        "0x0211, refused",
        "0x0212, refused",
        "0xFE00, refused",
        "0xFF00, refused",
        "0xFFFF, refused",
    })
    void a_status_has_one_meaning(String status, String meaning) {
        assertThat(kind(OutcomeTable.ofStatus(Integer.decode(status)))).isEqualTo(meaning);
    }

    @Test
    void every_status_there_can_be_has_a_meaning_and_only_the_known_ones_are_not_refusals() {
        assertThat(statusesThatAre("delivered")).hasSize(0x1000 + 5);
        assertThat(statusesThatAre("impossible")).containsExactly(0x0122);
        assertThat(statusesThatAre("deferred")).isEmpty();
    }

    @Test
    void a_reason_names_the_status_and_its_meaning() {
        assertThat(OutcomeTable.ofStatus(0xA900))
                .isEqualTo(new Refused(0xA900, "0xA900 dataset does not match SOP class"));
    }

    @ParameterizedTest
    @EnumSource
    void a_store_without_an_answer_is_the_destinations_trouble(AssociationException.Cause cause) {
        Outcome outcome = OutcomeTable.ofStore(failure(cause), false, AeTitle.of("GATEWAY"));

        assertThat(outcome).isEqualTo(new Deferred(-1, "scripted " + cause));
    }

    @Test
    void an_abort_of_the_first_store_says_what_to_check() {
        AssociationException aborted = failure(AssociationException.Cause.ABORTED);

        assertThat(OutcomeTable.ofStore(aborted, true, AeTitle.of("GATEWAY")))
                .isInstanceOfSatisfying(
                        Deferred.class, it -> assertThat(it.reason()).contains("lets our AE title GATEWAY store"));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, ''",
        "1, 1, 2, ''",
        "1, 1, 3, 'calling AE title GATEWAY; add it there, or set calling-ae'",
        "1, 1, 7, 'called AE title ARCHIVE; check ae-title'",
        "1, 2, 1, ''",
        "1, 2, 2, ''",
        "2, 3, 1, ''",
        "2, 3, 2, ''",
    })
    void a_rejection_is_the_destinations_trouble_and_tells_what_to_do(
            int result, int source, int reason, String advice) {
        AssociationException rejected =
                new AssociationException(new Rejection(result, source, reason, "why"), "rejected");

        Deferred outcome = OutcomeTable.ofOpen(rejected, AeTitle.of("GATEWAY"), Optional.of(AeTitle.of("ARCHIVE")));

        assertThat(outcome.status()).isEqualTo(-1);
        assertThat(outcome.reason()).startsWith("rejected").contains(advice);
        assertThat(OutcomeTable.isBusy(rejected)).isEqualTo(result == 2);
        assertThat(OutcomeTable.isCallerUnknown(rejected)).isEqualTo(result == 1 && source == 1 && reason == 3);
        assertThat(OutcomeTable.mayBeForCaller(rejected)).isEqualTo(result == 1 && source == 1 && reason == 1);
    }

    @Test
    void a_context_that_is_not_accepted_makes_it_impossible() {
        PresentationPair pair = new PresentationPair(Uid.of("1.2.3"), TransferSyntax.of("1.2.4"));

        assertThat(OutcomeTable.notAccepted(List.of(pair)))
                .isInstanceOfSatisfying(
                        Impossible.class,
                        it -> assertThat(it.reason()).contains("1.2.3").contains("1.2.4"));
    }

    private static IntStream statusesThatAre(String meaning) {
        return IntStream.rangeClosed(0, 0xFFFF)
                .filter(status -> kind(OutcomeTable.ofStatus(status)).equals(meaning));
    }

    private static String kind(Outcome outcome) {
        return outcome.match(
                (Delivered it) -> "delivered",
                (Deferred it) -> "deferred",
                (Refused it) -> "refused",
                (Impossible it) -> "impossible",
                (Outcome.Unavailable it) -> "unavailable");
    }

    private static AssociationException failure(AssociationException.Cause cause) {
        return new AssociationException(cause, "scripted " + cause, null);
    }
}
