package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Modality;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Storage commitment on the wire: requests to the acceptor, reports on both kinds of association. */
class CommitmentAcceptorTest {

    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final String COMMITMENT = "1.2.840.10008.1.20.1";
    private static final String WELL_KNOWN = "1.2.840.10008.1.20.1.1";
    private static final int N_ACTION_RQ = 0x0130;
    private static final int N_EVENT_REPORT_RQ = 0x0100;
    private static final int N_EVENT_REPORT_RSP = 0x8100;
    private static final int MESSAGE_ID = 0x0110;

    private final List<CommitmentRequest> taken = new CopyOnWriteArrayList<>();
    private final AtomicReference<ReportChannel> channel = new AtomicReference<>();
    private final Modality modality = Modality.start("CT1");
    private Acceptor acceptor;
    private Peer gateway;

    @BeforeEach
    void start() throws IOException {
        acceptor = acceptor(Optional.of(new OnlyCt1()));
        gateway =
                new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
    }

    @AfterEach
    void stop() {
        modality.close();
        acceptor.close();
    }

    private static Acceptor acceptor(Optional<CommitmentScp> scp) throws IOException {
        return acceptor(Limits.acceptor(), scp);
    }

    private static Acceptor acceptor(AcceptorSettings settings, Optional<CommitmentScp> scp) throws IOException {
        return acceptor(settings, scp, Acceptors.NO_REPORTS);
    }

    private static Acceptor acceptor(AcceptorSettings settings, Optional<CommitmentScp> scp, CommitmentScu scu)
            throws IOException {
        Acceptor made = new Acceptor(
                settings,
                new TlsContexts(InstantSource.system()),
                request -> Admission.UNLIMITED,
                request -> CStoreResponse.SUCCESS,
                scp,
                scu);
        made.start();
        return made;
    }

    private final class OnlyCt1 implements CommitmentScp {

        @Override
        public String refusal(Origin origin) {
            return origin.calling().value().equals("CT1") ? "" : "not in the list";
        }

        @Override
        public Answer request(CommitmentRequest request, Origin origin, ReportChannel on) {
            taken.add(request);
            channel.set(on);
            return Answer.TAKEN;
        }
    }

    @Test
    void a_request_of_ten_thousand_instances_is_taken_as_it_is() {
        List<SopReference> references = IntStream.range(0, 10_000)
                .mapToObj(i -> new SopReference(CT, Uid.of("1.2.3." + i)))
                .toList();
        assertThat(modality.request(gateway, "1.2.3.4.5", references)).isZero();
        assertThat(taken).containsExactly(new CommitmentRequest(Uid.of("1.2.3.4.5"), references));
    }

    @Test
    void a_sender_that_is_not_listed_gets_not_authorized() {
        try (Modality other = Modality.silent("MR7")) {
            assertThat(other.request(gateway, "1.2.3", references(1))).isEqualTo(DimseStatus.NOT_AUTHORIZED);
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void an_acceptor_without_storage_commitment_refuses_the_context() throws Exception {
        try (Acceptor without = acceptor(Optional.empty());
                RawPeer peer = RawPeer.connect(without.address())) {
            assertThat(resultOf(peer.associate("GATEWAY", "CT1", COMMITMENT))).isEqualTo(3);
        }
    }

    @Test
    void a_deflated_context_is_refused() throws Exception {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.send(RawPeer.RQ, RawPeer.associateRq("GATEWAY", "CT1", List.of("1.2.840.10008.1.2.1.99"), COMMITMENT));
            assertThat(resultOf(peer.receive())).isEqualTo(4);
        }
    }

    /** The result of the first context: its item follows the application context item. */
    private static int resultOf(RawPeer.Pdu answer) {
        byte[] body = answer.body();
        int context = 68 + 4 + "1.2.840.10008.3.1.1.1".length();
        assertThat(body[context]).isEqualTo((byte) 0x21);
        return body[context + 6];
    }

    @Test
    void what_is_not_the_well_known_instance_or_action_is_refused() throws Exception {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.associate("GATEWAY", "CT1", COMMITMENT);
            assertThat(ask(peer, 1, COMMITMENT, "1.2.3", 1).status()).isEqualTo(DimseStatus.NO_SUCH_SOP_INSTANCE);
            assertThat(ask(peer, 2, "1.2.840.10008.1.20.2", WELL_KNOWN, 1).status())
                    .isEqualTo(DimseStatus.NO_SUCH_SOP_CLASS);
            assertThat(ask(peer, 3, COMMITMENT, WELL_KNOWN, 2).status()).isEqualTo(DimseStatus.NO_SUCH_ACTION_TYPE);
            assertThat(ask(peer, 4, COMMITMENT, WELL_KNOWN, 1).status()).isZero();
        }
        assertThat(taken).hasSize(1);
    }

    @Test
    void an_instance_on_its_context_is_refused_and_the_association_goes_on() throws Exception {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.associate("GATEWAY", "CT1", COMMITMENT);
            peer.sendPdv(1, true, true, RawPeer.storeRq(1, CT.value(), "1.2.3"));
            peer.sendPdv(1, false, true, dataset());
            assertThat(peer.receive().status()).isEqualTo(DimseStatus.SOP_CLASS_NOT_SUPPORTED);
            assertThat(ask(peer, 2, COMMITMENT, WELL_KNOWN, 1).status()).isZero();
        }
    }

    @Test
    void a_request_that_drips_ends_in_time_and_keeps_no_other_out() throws Exception {
        try (Acceptor impatient = acceptor(Limits.readTimeout(Duration.ofMillis(800)), Optional.of(new OnlyCt1()));
                RawPeer slow = RawPeer.connect(impatient.address());
                RawPeer other = RawPeer.connect(impatient.address())) {
            slow.associate("GATEWAY", "CT1", COMMITMENT);
            other.associate("GATEWAY", "CT1", COMMITMENT);
            slow.sendPdv(1, true, true, command(1, COMMITMENT, WELL_KNOWN, 1));
            Thread dripping = new Thread(() -> {
                try {
                    for (byte each : dataset()) {
                        slow.sendPdv(1, false, false, new byte[] {each, 0});
                        Thread.sleep(100);
                    }
                } catch (IOException | InterruptedException gone) {
                    // The acceptor has ended it.
                }
            });
            dripping.setDaemon(true);
            dripping.start();
            assertThat(ask(other, 1, COMMITMENT, WELL_KNOWN, 1).status()).isZero();
            assertThat(slow.receive().type()).isEqualTo(RawPeer.ABORT);
        }
    }

    @Test
    void a_report_comes_on_the_association_of_the_request() throws Exception {
        try (Modality.Request association = modality.associate(gateway)) {
            association.send("1.2.3", references(2));
            ReportChannel on = channel.get();
            await().until(on::isOpen);
            assertThat(on.report(result())).isZero();
            assertThat(association.send("1.2.4", references(1))).isZero();
            assertThat(channel.get().report(result())).isZero();
            assertThat(association.isOpen()).isTrue();
        }
        assertThat(modality.reports()).hasSize(2).allSatisfy(report -> {
            assertThat(report.sameAssociation()).isTrue();
            assertThat(report.transaction()).isEqualTo("1.2.3");
            assertThat(report.event()).isEqualTo(2);
            assertThat(report.committed()).containsExactly("1.2.3.0");
            assertThat(report.failed()).containsEntry("1.2.3.1", 0x0112);
        });
    }

    @Test
    void a_channel_is_closed_when_its_association_is() {
        modality.request(gateway, "1.2.3", references(1));
        await().until(() -> !channel.get().isOpen());
        assertThatThrownBy(() -> channel.get().report(result())).isInstanceOf(AssociationException.class);
    }

    @Test
    void a_response_that_nobody_awaits_ends_the_association() throws Exception {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.associate("GATEWAY", "CT1", COMMITMENT);
            peer.sendPdv(1, true, true, RawPeer.response(N_EVENT_REPORT_RSP, 1, 0));
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
    }

    @Test
    void a_response_with_a_dataset_ends_the_association() throws Exception {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.associate("GATEWAY", "CT1", COMMITMENT);
            assertThat(ask(peer, 1, COMMITMENT, WELL_KNOWN, 1).status()).isZero();
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread reporting = new Thread(() -> {
                try {
                    channel.get().report(result());
                } catch (AssociationException e) {
                    failure.complete(e);
                }
            });
            await().until(() -> channel.get().isOpen());
            reporting.start();
            RawPeer.Pdu report = peer.receive();
            assertThat(report.endsDataset()).isTrue();
            byte[] response = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                    .us(0x00000100, N_EVENT_REPORT_RSP)
                    .us(0x00000120, report.commandUs(MESSAGE_ID))
                    .us(0x00000800, 0)
                    .us(0x00000900, 0)
                    .toByteArray();
            peer.sendPdv(1, true, true, response);
            peer.sendPdv(1, false, true, new byte[1024]);
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(failure).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    @Test
    void a_report_comes_on_a_new_association() throws Exception {
        assertThat(reporter().report(modality.peer(), gateway.aeTitle(), result()))
                .isZero();
        assertThat(modality.reports()).singleElement().satisfies(report -> {
            assertThat(report.sameAssociation()).isFalse();
            assertThat(report.failed()).containsEntry("1.2.3.1", 0x0112);
        });
    }

    @Test
    void the_answer_of_the_sender_is_what_it_says() throws Exception {
        modality.answerWith(DimseStatus.PROCESSING_FAILURE);
        assertThat(reporter().report(modality.peer(), gateway.aeTitle(), result()))
                .isEqualTo(DimseStatus.PROCESSING_FAILURE);
    }

    @Test
    void a_sender_that_takes_no_reports_is_a_failure_in_words() {
        Peer storage = new Peer(AeTitle.of("CT1"), "127.0.0.1", gateway.port());
        assertThatThrownBy(() -> reporter().report(storage, AeTitle.of("GATEWAY"), result()))
                .isInstanceOf(AssociationException.class)
                .hasMessageContaining("(" + COMMITMENT + ") in the role that was proposed (role selection)");
    }

    @Test
    void what_the_gateway_asks_for_can_be_reported_on_the_same_association() throws Exception {
        Expecting expecting = new Expecting("GATEWAY");
        CommitmentRequest request = new CommitmentRequest(Uid.of("1.2.3"), references(2));
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        int status = requestor().request(gateway, AeTitle.of("CT1"), request, expecting, () -> {
            try {
                answer.complete(channel.get().report(result()));
            } catch (AssociationException e) {
                answer.completeExceptionally(e);
            }
        });
        assertThat(status).isZero();
        assertThat(taken).containsExactly(request);
        assertThat(answer).isCompletedWithValue(0);
        assertThat(expecting.reported).containsExactly(result());
    }

    @Test
    void who_may_not_request_is_told_the_status() throws Exception {
        CommitmentRequest request = new CommitmentRequest(Uid.of("1.2.3"), references(1));
        assertThat(requestor().request(gateway, AeTitle.of("MR7"), request, Acceptors.NO_REPORTS, () -> {}))
                .isEqualTo(DimseStatus.NOT_AUTHORIZED);
    }

    @Test
    void a_peer_that_is_asked_reports_as_the_SCP_and_others_cannot() throws Exception {
        Expecting expecting = new Expecting("PACS");
        try (Acceptor asking = acceptor(Limits.acceptor(), Optional.empty(), expecting)) {
            Peer port = new Peer(
                    AeTitle.of("GATEWAY"), "127.0.0.1", asking.address().getPort());
            assertThat(reporter().report(port, AeTitle.of("PACS"), result())).isZero();
            assertThat(expecting.reported).containsExactly(result());
            assertThatThrownBy(() -> reporter().report(port, AeTitle.of("CT1"), result()))
                    .isInstanceOf(AssociationException.class)
                    .hasMessageContaining("no presentation context for Storage Commitment");
            expecting.answer = DimseStatus.INVALID_ARGUMENT_VALUE;
            assertThat(reporter().report(port, AeTitle.of("PACS"), result()))
                    .isEqualTo(DimseStatus.INVALID_ARGUMENT_VALUE);
        }
    }

    @Test
    void a_report_that_is_none_is_answered_with_the_status_of_the_standard() throws Exception {
        try (Acceptor asking = acceptor(Limits.acceptor(), Optional.empty(), new Expecting("PACS"));
                RawPeer peer = RawPeer.connect(asking.address())) {
            peer.associate("GATEWAY", "PACS", COMMITMENT);
            assertThat(report(peer, 1, COMMITMENT, WELL_KNOWN, 3).status()).isEqualTo(0x0113);
            assertThat(report(peer, 2, COMMITMENT, "1.2.3.4", 1).status()).isEqualTo(0x0112);
            assertThat(report(peer, 3, CT.value(), WELL_KNOWN, 1).status()).isEqualTo(0x0118);
            assertThat(report(peer, 4, COMMITMENT, WELL_KNOWN, 1).status()).isZero();
        }
    }

    private static RawPeer.Pdu report(RawPeer peer, int messageId, String sopClass, String instance, int event)
            throws IOException {
        peer.sendPdv(
                1,
                true,
                true,
                new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                        .text(0x00000002, "UI", sopClass.length() % 2 == 0 ? sopClass : sopClass + "\0")
                        .us(0x00000100, N_EVENT_REPORT_RQ)
                        .us(0x00000110, messageId)
                        .us(0x00000800, 0)
                        .text(0x00001000, "UI", instance.length() % 2 == 0 ? instance : instance + "\0")
                        .us(0x00001002, event)
                        .toByteArray());
        peer.sendPdv(1, false, true, dataset());
        return peer.receive();
    }

    /** Expects reports of one peer. */
    private static final class Expecting implements CommitmentScu {

        private final String peer;
        private final List<CommitmentResult> reported = new CopyOnWriteArrayList<>();
        private volatile int answer;

        Expecting(String peer) {
            this.peer = peer;
        }

        @Override
        public String refusal(Origin origin) {
            return origin.calling().value().equals(peer) ? "" : "it is not asked";
        }

        @Override
        public CommitmentScp.Answer report(CommitmentResult result, Origin origin) {
            reported.add(result);
            return new CommitmentScp.Answer(answer, "");
        }
    }

    private static RequestorSettings limits() {
        Duration limit = Duration.ofSeconds(20);
        return new RequestorSettings(limit, limit, limit, limit, limit, 16384);
    }

    private static CommitmentRequestor requestor() {
        return CommitmentRequestor.of(limits(), new TlsContexts(InstantSource.system()));
    }

    private static Reporter reporter() {
        return Reporter.of(limits(), new TlsContexts(InstantSource.system()));
    }

    private static CommitmentResult result() {
        List<SopReference> references = references(2);
        return new CommitmentResult(
                Uid.of("1.2.3"),
                references.subList(0, 1),
                List.of(new Failure(references.get(1), FailureReason.NO_SUCH_OBJECT_INSTANCE)));
    }

    private static List<SopReference> references(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SopReference(CT, Uid.of("1.2.3." + i)))
                .toList();
    }

    private static RawPeer.Pdu ask(RawPeer peer, int messageId, String sopClass, String instance, int action)
            throws IOException {
        peer.sendPdv(1, true, true, command(messageId, sopClass, instance, action));
        peer.sendPdv(1, false, true, dataset());
        return peer.receive();
    }

    private static byte[] command(int messageId, String sopClass, String instance, int action) {
        return new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00000003, "UI", sopClass.length() % 2 == 0 ? sopClass : sopClass + "\0")
                .us(0x00000100, N_ACTION_RQ)
                .us(0x00000110, messageId)
                .us(0x00000800, 0)
                .text(0x00001001, "UI", instance.length() % 2 == 0 ? instance : instance + "\0")
                .us(0x00001008, action)
                .toByteArray();
    }

    private static byte[] dataset() {
        return new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00081195, "UI", "1.2.3.4\0")
                .beginSequence(0x00081199)
                .beginItem()
                .text(0x00081150, "UI", CT + "\0")
                .text(0x00081155, "UI", "1.2.3.4\0")
                .endItem()
                .endSequence()
                .toByteArray();
    }
}
