package org.dicomgateway.dicom;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.dicom.wire.OpenAssociation.StoreResponse;
import org.dicomgateway.testkit.Acceptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The asynchronous operations window (PS3.7 D.3.3.3), offered and granted, and peers that misuse it. */
@Timeout(60)
class AsynchronousOperationsTest {

    private static final PresentationPair CT =
            new PresentationPair(Uid.of(RawPeer.CT), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    private static final int STORE_RSP = 0x8001;
    private static final int WINDOW_ITEM = 0x53;
    private static final int SEVERAL = 4;

    /** What the peer does with its one connection. */
    @FunctionalInterface
    private interface Script {
        void play(RawPeer peer) throws Exception;
    }

    private ServerSocket server;
    private CompletableFuture<Void> played = new CompletableFuture<>();

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 16, 1", "16, 16, 16", "16, 3, 3", "16, 0, 16", "16, 200, 16", "16, 1, 1"})
    void no_more_are_under_way_than_were_offered_and_granted(int offered, int granted, int window) throws Exception {
        CompletableFuture<Boolean> wasOffered = new CompletableFuture<>();
        play(peer -> {
            wasOffered.complete(offers(peer.receive().body()));
            peer.send(RawPeer.AC, RawPeer.associateAcWithWindow(granted));
            peer.isClosedByPeer();
        });

        OpenAssociation association = open(offered);

        assertThat(association.window()).isEqualTo(window);
        assertThat(wasOffered.get()).isEqualTo(offered > 1);
        association.abort();
        association.close();
    }

    @Test
    void without_an_answer_to_the_offer_one_is_under_way() throws Exception {
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 16384));
            peer.isClosedByPeer();
        });

        OpenAssociation association = open(16);

        assertThat(association.window()).isEqualTo(1);
        association.abort();
        association.close();
    }

    @Test
    void responses_in_reverse_order_each_answer_their_own_request() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            for (int messageId = SEVERAL; messageId >= 1; messageId--) {
                peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, messageId, 0xB000 + messageId));
            }
            answerRelease(peer);
        });

        try (OpenAssociation association = open(SEVERAL)) {
            Set<Integer> ids = begin(association, SEVERAL);
            assertThat(ids).hasSize(SEVERAL);
            for (int messageId = SEVERAL; messageId >= 1; messageId--) {
                assertThat(association.next()).isEqualTo(new StoreResponse(messageId, 0xB000 + messageId));
            }
            assertThat(association.polled()).isEmpty();
        }
        played.get();
    }

    @Test
    void a_response_to_an_unknown_request_is_PROTOCOL_and_what_was_answered_before_counts() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 2, 0));
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 77, 0));
            peer.isClosedByPeer();
        });
        OpenAssociation association = open(SEVERAL);
        begin(association, SEVERAL);

        assertThat(association.next()).isEqualTo(new StoreResponse(2, 0));
        assertThat(failureOf(association::next).reason()).isEqualTo(Cause.PROTOCOL);
        assertThat(association.polled()).isEmpty();
        association.close();
    }

    @Test
    void the_same_response_twice_is_PROTOCOL_and_answers_one_request() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 2, 0));
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 2, 0));
            peer.isClosedByPeer();
        });
        OpenAssociation association = open(SEVERAL);
        begin(association, SEVERAL);

        assertThat(association.next()).isEqualTo(new StoreResponse(2, 0));
        assertThat(failureOf(association::next).reason()).isEqualTo(Cause.PROTOCOL);
        association.close();
    }

    @Test
    void an_abort_with_several_under_way_is_ABORTED_and_answers_none() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 1, 0));
            peer.send(RawPeer.ABORT, new byte[4]);
            peer.isClosedByPeer();
        });
        OpenAssociation association = open(SEVERAL);
        begin(association, SEVERAL);

        assertThat(association.next()).isEqualTo(new StoreResponse(1, 0));
        AssociationException failure = failureOf(association::next);
        assertThat(failure.reason()).isEqualTo(Cause.ABORTED);
        assertThat(failure).hasMessageContaining("and of 2 more");
        assertThat(association.polled()).isEmpty();
        association.close();
    }

    @Test
    void a_peer_that_answers_none_of_several_is_given_up_after_the_response_timeout() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            while (!peer.isClosedByPeer()) {
                // It says goodbye first.
            }
        });
        OpenAssociation association = open(SEVERAL, ofMillis(300));
        begin(association, SEVERAL);
        long start = System.nanoTime();

        assertThat(failureOf(association::next).reason()).isEqualTo(Cause.TIMEOUT);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(ofMillis(200), Duration.ofSeconds(5));
        association.close();
    }

    @Test
    void a_peer_that_performs_one_after_another_may_take_the_response_timeout_for_each() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, SEVERAL);
            for (int messageId = 1; messageId <= SEVERAL; messageId++) {
                Thread.sleep(400);
                peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, messageId, 0));
            }
            answerRelease(peer);
        });

        try (OpenAssociation association = open(SEVERAL, Duration.ofSeconds(1))) {
            begin(association, SEVERAL);
            for (int messageId = 1; messageId <= SEVERAL; messageId++) {
                assertThat(association.next()).isEqualTo(new StoreResponse(messageId, 0));
            }
        }
        played.get();
    }

    @Test
    void one_response_that_never_comes_is_given_up_though_all_others_come() throws Exception {
        play(peer -> {
            accept(peer);
            for (int messageId = 1; messageId <= 40; messageId++) {
                try {
                    peer.receiveInstance();
                    if (messageId > 1) {
                        Thread.sleep(50);
                        peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, messageId, 0));
                    }
                } catch (IOException | AssertionError given) {
                    return;
                }
            }
        });
        OpenAssociation association = open(2, ofMillis(500));

        AssociationException failure = failureOf(() -> {
            begin(association, 1);
            for (int i = 0; i < 39; i++) {
                begin(association, 1);
                association.next();
            }
        });

        assertThat(failure.reason()).isEqualTo(Cause.TIMEOUT);
        association.close();
    }

    @Test
    void a_dataset_that_cannot_be_read_ends_the_association_and_is_no_failure_of_the_peer() throws Exception {
        play(peer -> {
            accept(peer);
            receive(peer, 1);
            while (!peer.isClosedByPeer()) {
                // It says goodbye first.
            }
        });
        OpenAssociation association = open(SEVERAL);
        begin(association, 1);

        IOException damaged = catchThrowableOfType(
                IOException.class, () -> association.beginStore(CT, Uid.of("1.2.9"), new Unreadable()));

        assertThat(damaged).hasMessage("damaged");
        assertThat(failureOf(association::next)).isNotNull();
        assertThat(association.polled()).isEmpty();
        association.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "16, 16", "200, 16"})
    void a_sender_that_offers_a_window_is_granted_one_and_answered_in_order(int offered, int granted) throws Exception {
        List<Uid> received = new ArrayList<>();
        Acceptor acceptor = Acceptors.of(Limits.acceptor(), request -> new Admission() {}, request -> {
            request.dataset().readAllBytes();
            received.add(request.sopInstance());
            return new CStoreResponse(received.size() % 2 == 0 ? 0xC000 : 0, "");
        });
        acceptor.start();
        try (OpenAssociation association = Requestor.of(Limits.requestor().withWindow(offered))
                .open(
                        new Peer(
                                AeTitle.of("PEER"),
                                "127.0.0.1",
                                acceptor.address().getPort()),
                        AeTitle.of("GW"),
                        List.of(CT))) {
            assertThat(association.window()).isEqualTo(granted);
            begin(association, granted);
            for (int messageId = 1; messageId <= granted; messageId++) {
                assertThat(association.next()).isEqualTo(new StoreResponse(messageId, messageId % 2 == 0 ? 0xC000 : 0));
            }
        } finally {
            acceptor.stop(Duration.ofSeconds(5));
        }
        assertThat(received).hasSize(granted);
    }

    private static boolean offers(byte[] request) {
        for (int i = 0; i + 4 <= request.length; i++) {
            if (request[i] == WINDOW_ITEM && request[i + 1] == 0 && request[i + 2] == 0 && request[i + 3] == 4) {
                return true;
            }
        }
        return false;
    }

    private static Set<Integer> begin(OpenAssociation association, int count) throws Exception {
        Set<Integer> messageIds = new HashSet<>();
        for (int i = 0; i < count; i++) {
            messageIds.add(
                    association.beginStore(CT, Uid.of("1.2.3." + i), new ByteArrayInputStream(new byte[i * 20_000])));
        }
        return messageIds;
    }

    private static void accept(RawPeer peer) throws IOException {
        peer.receive();
        peer.send(RawPeer.AC, RawPeer.associateAcWithWindow(16));
    }

    private static void receive(RawPeer peer, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            peer.receiveInstance();
        }
    }

    private static void answerRelease(RawPeer peer) throws IOException {
        assertThat(peer.receive().type()).isEqualTo(RawPeer.RELEASE_RQ);
        peer.send(RawPeer.RELEASE_RP, new byte[4]);
        assertThat(peer.isClosedByPeer()).isTrue();
    }

    private OpenAssociation open(int window) throws AssociationException {
        return open(window, Duration.ofSeconds(20));
    }

    private OpenAssociation open(int window, Duration responseTimeout) throws AssociationException {
        Duration generous = Duration.ofSeconds(20);
        RequestorSettings settings = new RequestorSettings(
                generous, generous, responseTimeout, generous, generous, 16384, Optional.empty(), window);
        return Requestor.of(settings)
                .open(new Peer(AeTitle.of("PEER"), "127.0.0.1", server.getLocalPort()), AeTitle.of("GW"), List.of(CT));
    }

    private void play(Script script) {
        played = CompletableFuture.runAsync(() -> {
            try (Socket socket = server.accept();
                    RawPeer peer = new RawPeer(socket)) {
                script.play(peer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static AssociationException failureOf(ThrowingCallable action) {
        return catchThrowableOfType(AssociationException.class, action);
    }

    private static final class Unreadable extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("damaged");
        }

        @Override
        public int read(byte[] into, int offset, int max) throws IOException {
            throw new IOException("damaged");
        }
    }
}
