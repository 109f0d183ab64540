package org.dicomgateway.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StoreHandlerTest {

    private static final Origin ORIGIN = new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "127.0.0.1");
    private static final AssociationRequest REQUEST =
            new AssociationRequest(ORIGIN, 1, Optional.empty(), Optional.empty());

    @Test
    void success_is_answered_after_the_spool_has_returned() throws Exception {
        OneAnswer intake = new OneAnswer(null, null);
        assertThat(new StoreHandler(intake, new ForwardLog()).cStore(request("abc")))
                .isEqualTo(CStoreResponse.SUCCESS);
        assertThat(intake.bytes).isEqualTo("abc".getBytes(StandardCharsets.US_ASCII));
        assertThat(intake.arrival)
                .isEqualTo(new Intake.Arrival(
                        Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                        Uid.of("1.2.3"),
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                        ORIGIN,
                        Optional.of(Uid.of("1.2"))));
    }

    @ParameterizedTest
    @CsvSource({"MISMATCH,0xA900", "UNREADABLE,0xC000", "NO_SPACE,0xA700", "FAULT,0xA700", "CLOSED,0xA700"})
    void each_refusal_has_its_status(Kind kind, String status) throws Exception {
        StoreHandler handler =
                new StoreHandler(new OneAnswer(new RefusedException(kind, "because", null), null), new ForwardLog());
        assertThat(handler.cStore(request("abc")).status()).isEqualTo(Integer.decode(status));
    }

    private final RejectedSenders rejected = new RejectedSenders(new ForwardLog(), InstantSource.system());

    @ParameterizedTest
    @EnumSource
    void the_comment_fits_its_value_representation_and_tells_nothing_of_ours(Kind kind) throws Exception {
        RefusedException refusal = new RefusedException(kind, "disk /var/spool broke", null);
        String comment = new StoreHandler(new OneAnswer(refusal, null), new ForwardLog())
                .cStore(request("abc"))
                .errorComment();
        assertThat(comment).hasSizeBetween(1, 64).doesNotContain("/").doesNotContain("\\");
    }

    @Test
    void a_sender_that_breaks_off_gets_no_answer() {
        StoreHandler handler =
                new StoreHandler(new OneAnswer(null, new IOException("connection reset")), new ForwardLog());
        assertThatThrownBy(() -> handler.cStore(request("abc"))).isInstanceOf(IOException.class);
    }

    @Test
    void a_caller_that_knows_none_of_our_titles_is_rejected_for_good() {
        AssociationGate gate = new AssociationGate(
                Set.of(AeTitle.of("OTHER")), request -> Admission.UNLIMITED, new OneAnswer(null, null), rejected);
        assertThat(gate.answer(REQUEST))
                .isInstanceOfSatisfying(
                        Rejection.class,
                        no -> assertThat(List.of(no.result(), no.source(), no.reason()))
                                .containsExactly(1, 1, 7));
    }

    @Test
    void a_closed_spool_rejects_for_now_and_says_why() {
        OneAnswer intake = new OneAnswer(null, null);
        AssociationGate gate =
                new AssociationGate(Set.of(AeTitle.of("GATEWAY")), request -> Admission.UNLIMITED, intake, rejected);
        assertThat(gate.answer(REQUEST)).isInstanceOf(Admission.class);
        intake.closed = "spool is full";
        assertThat(gate.answer(REQUEST)).isInstanceOfSatisfying(Rejection.class, rejection -> {
            assertThat(rejection.isTransient()).isTrue();
            assertThat(rejection.text()).isEqualTo("spool is full");
        });
    }

    private static CStoreRequest request(String dataset) {
        return new CStoreRequest(
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                ORIGIN,
                Optional.of(Uid.of("1.2")),
                new ByteArrayInputStream(dataset.getBytes(StandardCharsets.US_ASCII)));
    }

    /** An intake that always does the same. */
    private static final class OneAnswer implements Intake {

        private final @Nullable RefusedException refusal;
        private final @Nullable IOException broken;
        private @Nullable Arrival arrival;
        private byte[] bytes = new byte[0];
        private String closed = "";

        OneAnswer(@Nullable RefusedException refusal, @Nullable IOException broken) {
            this.refusal = refusal;
            this.broken = broken;
        }

        @Override
        public Optional<String> closedBecause() {
            return closed.isEmpty() ? Optional.empty() : Optional.of(closed);
        }

        @Override
        public Accepted accept(Arrival arriving, InputStream dataset) throws RefusedException, IOException {
            if (refusal != null) {
                throw refusal;
            }
            if (broken != null) {
                throw broken;
            }
            arrival = arriving;
            bytes = dataset.readAllBytes();
            Instance instance = new Instance(
                    1,
                    arriving.sopClass(),
                    arriving.sopInstance(),
                    arriving.transferSyntax(),
                    "1.2",
                    "1.2.1",
                    "",
                    "",
                    "CT",
                    arriving.origin(),
                    Instant.EPOCH,
                    bytes.length);
            return new Accepted(instance, new Plan(1, List.of()));
        }
    }
}
