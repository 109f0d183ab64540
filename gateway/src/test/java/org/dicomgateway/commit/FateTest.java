package org.dicomgateway.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.Whereabouts.Version;
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
        "PENDING, WAITING, 0x0110",
        "HELD, WAITING, 0x0110",
        "PARKED, PARKED, 0x0110",
        "DISCARDED, DISCARDED, 0x0110",
        "SUPERSEDED, UNKNOWN, 0x0112",
        "MERGED, WAITING, 0x0110"
    })
    void every_state_but_delivered_is_a_failure_at_the_deadline(DeliveryState state, Fate.Kind kind, int reason) {
        Fate fate = fate(at("pacs", DeliveryState.DELIVERED), at("archive", state));
        assertThat(fate.kind()).isEqualTo(kind);
        assertThat(fate.reason().code()).isEqualTo(reason);
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
        Fate fate = Fate.of(REFERENCE, Optional.empty(), AnswerWhen.DELIVERED, route -> CommitOn.ALL);
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
        Fate fate =
                Fate.of(asMr, known(at("pacs", DeliveryState.DELIVERED)), AnswerWhen.DELIVERED, route -> CommitOn.ALL);
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

    @Test
    void only_what_the_destination_has_committed_is_committed_and_not_missing_since() {
        Instant at = Instant.EPOCH.plusSeconds(9);
        FoundDelivery open = at("pacs", DeliveryState.DELIVERED);
        assertThat(kind(open, AnswerWhen.COMMITTED)).isEqualTo(Fate.Kind.WAITING);
        FoundDelivery committed = said(open, at, Optional.empty());
        assertThat(kind(committed, AnswerWhen.COMMITTED)).isEqualTo(Fate.Kind.STORED);
        assertThat(kind(committed, AnswerWhen.VERIFIED)).isEqualTo(Fate.Kind.WAITING);

        FoundDelivery found = at("pacs", DeliveryState.DELIVERED, Optional.of(CopyState.MISSING));
        assertThat(kind(said(found, at, Optional.empty()), AnswerWhen.COMMITTED))
                .as("missing before")
                .isEqualTo(Fate.Kind.STORED);
        assertThat(kind(said(found, Instant.EPOCH.minusSeconds(9), Optional.empty()), AnswerWhen.COMMITTED))
                .as("missing since")
                .isEqualTo(Fate.Kind.WAITING);
        FoundDelivery differs = at("pacs", DeliveryState.DELIVERED, Optional.of(CopyState.DIFFERING));
        assertThat(kind(said(differs, at, Optional.empty()), AnswerWhen.COMMITTED))
                .as("a commitment says nothing about content")
                .isEqualTo(Fate.Kind.WAITING);
    }

    @Test
    void what_the_destination_says_it_does_not_have_is_not_even_delivered() {
        Instant at = Instant.EPOCH.plusSeconds(9);
        FoundDelivery verified = at("pacs", DeliveryState.DELIVERED, Optional.of(CopyState.VERIFIED));
        Optional<FailureReason> gone = Optional.of(FailureReason.NO_SUCH_OBJECT_INSTANCE);
        assertThat(kind(said(verified, at, gone), AnswerWhen.DELIVERED)).isEqualTo(Fate.Kind.WAITING);
        assertThat(kind(said(verified, at, gone), AnswerWhen.VERIFIED)).isEqualTo(Fate.Kind.WAITING);
        assertThat(kind(said(verified, Instant.EPOCH.minusSeconds(9), gone), AnswerWhen.VERIFIED))
                .as("it was found there since")
                .isEqualTo(Fate.Kind.STORED);
        Optional<FailureReason> failed = Optional.of(FailureReason.PROCESSING_FAILURE);
        assertThat(kind(said(verified, at, failed), AnswerWhen.DELIVERED)).isEqualTo(Fate.Kind.STORED);
        Fate fate = fate(said(verified, at, failed), AnswerWhen.COMMITTED);
        assertThat(fate.kind()).isEqualTo(Fate.Kind.WAITING);
        assertThat(fate.note()).endsWith("(route all), which did not commit it: 0x0110, processing failure");
    }

    @Test
    void only_the_copies_count_that_the_route_requires() {
        FoundDelivery there = at("pacs", DeliveryState.DELIVERED);
        FoundDelivery parked = at("archive", DeliveryState.PARKED);
        assertThat(kind(on("pacs"), there, parked)).isEqualTo(Fate.Kind.STORED);
        assertThat(kind(on("archive"), there, parked)).isEqualTo(Fate.Kind.PARKED);
        assertThat(kind(on("gone"), there, parked)).as("none is left").isEqualTo(Fate.Kind.PARKED);
        CommitOn one = new CommitOn(List.of(), OptionalInt.of(1));
        assertThat(kind(one, parked, there)).isEqualTo(Fate.Kind.STORED);
        assertThat(kind(one, parked, at("pacs", DeliveryState.PENDING))).isEqualTo(Fate.Kind.WAITING);
        assertThat(kind(new CommitOn(List.of(), OptionalInt.of(2)), parked, there))
                .isEqualTo(Fate.Kind.PARKED);
    }

    @Test
    void copies_that_were_rerouted_to_one_server_are_one_copy() {
        CommitOn two = new CommitOn(List.of(), OptionalInt.of(2));
        FoundDelivery there = at("pacs", DeliveryState.DELIVERED);
        FoundDelivery merged = at("pacs", DeliveryState.MERGED);
        FoundDelivery parked = at("archive", DeliveryState.PARKED);
        assertThat(kind(two, there, merged, parked)).isEqualTo(Fate.Kind.PARKED);
        assertThat(kind(two, there, merged)).as("no other is left").isEqualTo(Fate.Kind.STORED);
    }

    @Test
    void a_copy_that_was_rerouted_away_from_a_required_server_counts_where_it_went() {
        CommitOn both = on("pacs", "archive");
        FoundDelivery there = at("pacs", DeliveryState.DELIVERED);
        assertThat(kind(both, there, at("cloud", DeliveryState.PENDING))).isEqualTo(Fate.Kind.WAITING);
        assertThat(kind(both, there, at("cloud", DeliveryState.DELIVERED))).isEqualTo(Fate.Kind.STORED);
        FoundDelivery archived = at("archive", DeliveryState.DELIVERED);
        assertThat(kind(both, there, archived, at("cloud", DeliveryState.PENDING)))
                .isEqualTo(Fate.Kind.STORED);
    }

    private static CommitOn on(String... destinations) {
        return new CommitOn(List.of(destinations), OptionalInt.empty());
    }

    private static Fate.Kind kind(CommitOn on, FoundDelivery... deliveries) {
        return Fate.of(REFERENCE, known(deliveries), AnswerWhen.DELIVERED, route -> on)
                .kind();
    }

    private static Fate.Kind kind(FoundDelivery delivery, AnswerWhen when) {
        return fate(delivery, when).kind();
    }

    private static Fate fate(FoundDelivery delivery, AnswerWhen when) {
        return Fate.of(REFERENCE, known(delivery), when, route -> CommitOn.ALL);
    }

    private static Fate fate(FoundDelivery... deliveries) {
        return Fate.of(REFERENCE, known(deliveries), AnswerWhen.DELIVERED, route -> CommitOn.ALL);
    }

    private static Optional<Version> known(FoundDelivery... deliveries) {
        return Optional.of(Version.of(found(deliveries)));
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
        Optional<Version> newest = known(one);
        assertThat(Fate.of(REFERENCE, newest, AnswerWhen.DELIVERED, route -> CommitOn.ALL)
                        .kind())
                .isEqualTo(delivered);
        assertThat(Fate.of(REFERENCE, newest, AnswerWhen.VERIFIED, route -> CommitOn.ALL)
                        .kind())
                .isEqualTo(verified);
    }

    @Test
    void a_copy_that_was_never_checked_is_not_verified() {
        Fate fate = Fate.of(
                REFERENCE, known(at("pacs", DeliveryState.DELIVERED)), AnswerWhen.VERIFIED, route -> CommitOn.ALL);
        assertThat(fate.kind()).isEqualTo(Fate.Kind.WAITING);
        assertThat(fate.note()).isEqualTo("1.2.3 is delivered and unchecked at pacs (route all)");
    }

    static FoundDelivery at(String destination, DeliveryState state) {
        return at(destination, state, Optional.empty());
    }

    @Test
    void a_de_identified_copy_does_not_hold_the_instance() {
        Requirements research = new Requirements() {
            @Override
            public CommitOn commitOn(String route) {
                return CommitOn.ALL;
            }

            @Override
            public boolean isDeidentified(String destination) {
                return destination.equals("research");
            }
        };
        FoundDelivery archive = at("archive", DeliveryState.DELIVERED, Optional.empty());
        FoundDelivery copy = at("research", DeliveryState.DELIVERED, Optional.empty());
        FoundDelivery waiting = at("research", DeliveryState.PENDING, Optional.empty());
        Fate alone = Fate.of(REFERENCE, known(copy), AnswerWhen.DELIVERED, research);
        assertThat(alone.kind()).isNotEqualTo(Fate.Kind.STORED);
        assertThat(alone.note()).contains("de-identified");
        assertThat(alone.isFinal(false)).isTrue();
        assertThat(Fate.of(REFERENCE, known(archive, waiting), AnswerWhen.DELIVERED, research)
                        .kind())
                .as("the archive holds it, and the other one never will")
                .isEqualTo(Fate.Kind.STORED);
    }

    private static FoundDelivery said(FoundDelivery one, Instant at, Optional<FailureReason> failure) {
        return delivery(
                one.destination().orElseThrow(),
                one.state(),
                one.lastCheck(),
                Optional.of(new Commitment(at, failure)));
    }

    private static FoundDelivery at(String destination, DeliveryState state, Optional<CopyState> copy) {
        return delivery(
                destination, state, copy.map(each -> new FoundCheck(each, Instant.EPOCH, "", "")), Optional.empty());
    }

    private static FoundDelivery delivery(
            String destination, DeliveryState state, Optional<FoundCheck> check, Optional<Commitment> commitment) {
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
                check,
                commitment,
                Optional.empty(),
                Optional.empty());
    }
}
