package org.dicomgateway.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FateTest {

    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final SopReference REFERENCE = new SopReference(CT, Uid.of("1.2.3"));

    @Test
    void it_is_stored_when_every_copy_was_delivered() {
        assertThat(fate(at("pacs", DeliveryState.DELIVERED), at("archive", DeliveryState.DELIVERED)))
                .isEqualTo(new Fate(Fate.Kind.STORED, ""));
    }

    @Test
    void one_copy_that_waits_is_enough_to_wait() {
        Fate fate = fate(at("pacs", DeliveryState.DELIVERED), at("archive", DeliveryState.PENDING));
        assertThat(fate.kind()).isEqualTo(Fate.Kind.WAITING);
        assertThat(fate.note()).isEqualTo("1.2.3 is pending at archive (route all)");
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING, WAITING, PROCESSING_FAILURE",
        "HELD, WAITING, PROCESSING_FAILURE",
        "PARKED, PARKED, PROCESSING_FAILURE",
        "DISCARDED, DISCARDED, PROCESSING_FAILURE",
        "SUPERSEDED, UNKNOWN, NO_SUCH_OBJECT_INSTANCE",
        "MERGED, WAITING, PROCESSING_FAILURE"
    })
    void every_state_but_delivered_is_a_failure_at_the_deadline(
            DeliveryState state, Fate.Kind kind, FailureReason reason) {
        Fate fate = fate(at("pacs", DeliveryState.DELIVERED), at("archive", state));
        assertThat(fate.kind()).isEqualTo(kind);
        assertThat(fate.reason()).isEqualTo(reason);
    }

    @Test
    void a_merged_copy_is_as_good_as_the_one_that_it_was_merged_with() {
        assertThat(fate(at("pacs", DeliveryState.DELIVERED), at("pacs", DeliveryState.MERGED))
                        .kind())
                .isEqualTo(Fate.Kind.STORED);
        assertThat(fate(at("pacs", DeliveryState.PARKED), at("pacs", DeliveryState.MERGED))
                        .kind())
                .isEqualTo(Fate.Kind.PARKED);
    }

    @Test
    void what_the_spool_does_not_know_is_not_guessed() {
        Fate fate = Fate.of(REFERENCE, Optional.empty(), AnswerWhen.DELIVERED);
        assertThat(fate.kind()).isEqualTo(Fate.Kind.UNKNOWN);
        assertThat(fate.reason()).isEqualTo(FailureReason.NO_SUCH_OBJECT_INSTANCE);
    }

    @Test
    void what_no_route_applies_to_is_in_the_spool_alone_and_waits() {
        assertThat(fate().kind()).isEqualTo(Fate.Kind.WAITING);
    }

    @Test
    void another_sop_class_is_a_conflict() {
        SopReference asMr = new SopReference(Uid.of("1.2.840.10008.5.1.4.1.1.4"), REFERENCE.sopInstance());
        Fate fate = Fate.of(asMr, Optional.of(found(at("pacs", DeliveryState.DELIVERED))), AnswerWhen.DELIVERED);
        assertThat(fate.kind()).isEqualTo(Fate.Kind.OTHER_CLASS);
        assertThat(fate.reason().code()).isEqualTo(0x0119);
    }

    @Test
    void only_what_cannot_get_better_is_final() {
        assertThat(new Fate(Fate.Kind.WAITING, "").isFinal(false)).isFalse();
        assertThat(new Fate(Fate.Kind.PARKED, "").isFinal(false)).isFalse();
        assertThat(new Fate(Fate.Kind.UNKNOWN, "").isFinal(true)).isFalse();
        assertThat(new Fate(Fate.Kind.UNKNOWN, "").isFinal(false)).isTrue();
        assertThat(new Fate(Fate.Kind.DISCARDED, "").isFinal(true)).isTrue();
        assertThat(new Fate(Fate.Kind.OTHER_CLASS, "").isFinal(true)).isTrue();
    }

    private static Fate fate(FoundDelivery... deliveries) {
        return Fate.of(REFERENCE, Optional.of(found(deliveries)), AnswerWhen.DELIVERED);
    }

    static FoundInstance found(FoundDelivery... deliveries) {
        return found(REFERENCE, deliveries);
    }

    static FoundInstance found(SopReference reference, FoundDelivery... deliveries) {
        Instance instance = new Instance(
                1,
                reference.sopClass(),
                reference.sopInstance(),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                "1.2",
                "1.2.1",
                "P1",
                "A1",
                "CT",
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                Instant.EPOCH,
                100);
        return new FoundInstance(instance, 1, deliveries.length > 0, List.of(deliveries));
    }

    @ParameterizedTest
    @CsvSource({
        "UNCHECKED, STORED, WAITING",
        "VERIFIED, STORED, STORED",
        "UNVERIFIABLE, STORED, WAITING",
        "MISSING, WAITING, WAITING",
        "DIFFERING, WAITING, WAITING"
    })
    void what_a_check_found_decides(CopyState copy, Fate.Kind delivered, Fate.Kind verified) {
        FoundDelivery one = at("pacs", DeliveryState.DELIVERED, Optional.of(copy));
        Optional<FoundInstance> newest = Optional.of(found(one));
        assertThat(Fate.of(REFERENCE, newest, AnswerWhen.DELIVERED).kind()).isEqualTo(delivered);
        assertThat(Fate.of(REFERENCE, newest, AnswerWhen.VERIFIED).kind()).isEqualTo(verified);
    }

    @Test
    void a_copy_that_was_never_checked_is_not_verified() {
        Fate fate = Fate.of(REFERENCE, Optional.of(found(at("pacs", DeliveryState.DELIVERED))), AnswerWhen.VERIFIED);
        assertThat(fate.kind()).isEqualTo(Fate.Kind.WAITING);
        assertThat(fate.note()).isEqualTo("1.2.3 is delivered and unchecked at pacs (route all)");
    }

    static FoundDelivery at(String destination, DeliveryState state) {
        return at(destination, state, Optional.empty());
    }

    private static FoundDelivery at(String destination, DeliveryState state, Optional<CopyState> copy) {
        return new FoundDelivery(
                1,
                1,
                "1.2.3",
                "1.2",
                "A1",
                "CT",
                "all",
                1,
                Optional.of(destination),
                List.of(),
                state,
                0,
                Instant.EPOCH,
                OptionalInt.empty(),
                "",
                Instant.EPOCH,
                copy.map(each -> new FoundCheck(each, Instant.EPOCH, "", "")));
    }
}
