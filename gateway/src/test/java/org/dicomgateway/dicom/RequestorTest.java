package org.dicomgateway.dicom;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestorTest {

    private static final PresentationPair CT =
            new PresentationPair(Uid.of(RawPeer.CT), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    private static final Uid INSTANCE = Uid.of("1.2.3.4");
    private static final int STORE_RSP = 0x8001;
    private static final int ECHO_RSP = 0x8030;

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
    void leaves_no_thread() throws IOException {
        server.close();
        await().atMost(ofSeconds(10))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("dicom-")));
    }

    @Test
    void nobody_there_is_CONNECT() throws Exception {
        int port = server.getLocalPort();
        server.close();

        AssociationException failure = failureOf(() -> Requestor.of(Limits.requestor())
                .open(new Peer(AeTitle.of("PEER"), "127.0.0.1", port), AeTitle.of("GW"), List.of(CT)));

        assertThat(failure.reason()).isEqualTo(Cause.CONNECT);
        assertThat(failure).hasMessageContaining("PEER@127.0.0.1:" + port);
    }

    @Test
    void an_unknown_host_is_CONNECT() {
        AssociationException failure = failureOf(() -> Requestor.of(Limits.requestor())
                .open(new Peer(AeTitle.of("PEER"), "no-such-host.invalid", 104), AeTitle.of("GW"), List.of(CT)));

        assertThat(failure.reason()).isEqualTo(Cause.CONNECT);
    }

    @Test
    void a_rejection_is_REJECTED_with_its_codes() {
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.RJ, new byte[] {0, 2, 3, 2});
            peer.isClosedByPeer();
        });

        AssociationException failure = failureOf(() -> open(Limits.requestor()));

        assertThat(failure.reason()).isEqualTo(Cause.REJECTED);
        Rejection rejection = failure.rejection().orElseThrow();
        assertThat(List.of(rejection.result(), rejection.source(), rejection.reason()))
                .containsExactly(2, 3, 2);
    }

    @Test
    void no_answer_to_the_association_request_is_TIMEOUT() throws Exception {
        play(peer -> {
            peer.receive();
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(peer.isClosedByPeer()).isTrue();
        });

        assertThat(failureOf(() -> open(Limits.associationTimeout(ofMillis(200))))
                        .reason())
                .isEqualTo(Cause.TIMEOUT);
        played.get();
    }

    @Test
    void rubbish_for_an_answer_is_PROTOCOL() {
        play(peer -> {
            peer.receive();
            peer.sendRaw("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            peer.isClosedByPeer();
        });

        assertThat(failureOf(() -> open(Limits.requestor())).reason()).isEqualTo(Cause.PROTOCOL);
    }

    @Test
    void PDUs_too_small_to_send_in_are_PROTOCOL() {
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 6));
            peer.isClosedByPeer();
        });

        assertThat(failureOf(() -> open(Limits.requestor())).reason()).isEqualTo(Cause.PROTOCOL);
    }

    @Test
    void an_answer_with_more_than_there_can_be_is_PROTOCOL() {
        for (byte[] worst : WorstRequests.beyondAllBounds("X").values()) {
            play(peer -> {
                peer.receive();
                byte[] answer = worst.clone();
                answer[0] = RawPeer.AC;
                try {
                    peer.sendRaw(answer);
                } catch (IOException refusedBeforeItsEnd) {
                    // As it should be.
                }
                peer.isClosedByPeer();
            });

            assertThat(failureOf(() -> open(Limits.requestor())).reason()).isEqualTo(Cause.PROTOCOL);
        }
    }

    @Test
    void a_response_with_a_dataset_is_PROTOCOL_before_the_dataset_is_kept_in_memory() throws Exception {
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
            peer.sendPdv(1, true, true, RawPeer.command(STORE_RSP, 1, true, RawPeer.CT, "1.2"));
            peer.sendPdv(1, false, false, new byte[1000]);
            while (!peer.isClosedByPeer()) {
                // It says goodbye first.
            }
        });
        OpenAssociation association = open(Limits.requestor());

        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.PROTOCOL);
    }

    @Test
    void a_context_accepted_in_another_transfer_syntax_is_not_accepted() throws Exception {
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, "1.2.840.10008.1.2.1", 16384));
            answerRelease(peer);
        });

        try (OpenAssociation association = open(Limits.requestor())) {
            assertThat(association.accepts(CT)).isFalse();
            assertThatThrownBy(() -> store(association, 10)).isInstanceOf(IllegalArgumentException.class);
        }
        played.get();
    }

    @Test
    void a_status_is_returned_whatever_it_is() throws Exception {
        play(peer -> {
            accept(peer);
            for (int status : new int[] {0, 0xB000, 0xA700}) {
                peer.receiveInstance();
                int messageId = status == 0 ? 1 : status == 0xB000 ? 2 : 3;
                peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, messageId, status));
            }
            answerRelease(peer);
        });

        try (OpenAssociation association = open(Limits.requestor())) {
            assertThat(store(association, 100_000)).isEqualTo(0);
            assertThat(store(association, 1)).isEqualTo(0xB000);
            assertThat(store(association, 0)).isEqualTo(0xA700);
        }
        played.get();
    }

    @Test
    void PDUs_are_as_full_as_the_peer_allows() throws Exception {
        CompletableFuture<Integer> first = new CompletableFuture<>();
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 50_000));
            peer.receive();
            first.complete(peer.receive().body().length);
            peer.receiveInstance();
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 1, 0));
            answerRelease(peer);
        });

        try (OpenAssociation association = open(Limits.requestor())) {
            assertThat(association.cStore(CT, INSTANCE, inSmallPieces(120_000))).isZero();
        }
        assertThat(first.get()).isEqualTo(50_000);
    }

    @Test
    void fragments_are_even_also_for_a_peer_whose_longest_PDU_is_odd() throws Exception {
        List<Integer> lengths = new ArrayList<>();
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 50_001));
            RawPeer.Pdu pdu = peer.receive();
            while (!pdu.endsDataset()) {
                lengths.addAll(pdu.fragmentLengths());
                pdu = peer.receive();
            }
            lengths.addAll(pdu.fragmentLengths());
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 1, 0));
            answerRelease(peer);
        });

        try (OpenAssociation association = open(Limits.requestor())) {
            assertThat(store(association, 120_000)).isZero();
        }
        assertThat(lengths).hasSize(4).allMatch(length -> length % 2 == 0).contains(49_994);
    }

    @Test
    void a_longest_PDU_of_four_gigabytes_is_as_good_as_no_limit() throws Exception {
        play(peer -> {
            peer.receive();
            peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 0xFFFFFFFF));
            peer.receiveInstance();
            peer.sendPdv(1, true, true, RawPeer.response(STORE_RSP, 1, 0));
            answerRelease(peer);
        });

        try (OpenAssociation association = open(Limits.requestor())) {
            assertThat(store(association, 120_000)).isZero();
        }
    }

    @Test
    void an_abort_instead_of_a_response_is_ABORTED_and_the_association_is_of_no_more_use() throws Exception {
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
            peer.send(RawPeer.ABORT, new byte[4]);
            peer.isClosedByPeer();
        });
        OpenAssociation association = open(Limits.requestor());

        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.ABORTED);
        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.ABORTED);
        association.close();
    }

    @Test
    void a_broken_connection_is_CONNECTION_LOST() throws Exception {
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
        });
        OpenAssociation association = open(Limits.requestor());

        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.CONNECTION_LOST);
    }

    @Test
    void a_release_instead_of_a_response_is_CONNECTION_LOST() throws Exception {
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
            peer.send(RawPeer.RELEASE_RQ, new byte[4]);
            peer.receive();
        });
        OpenAssociation association = open(Limits.requestor());

        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.CONNECTION_LOST);
    }

    @Test
    void wrong_responses_are_PROTOCOL() throws Exception {
        byte[][] wrong = {
            RawPeer.response(STORE_RSP, 77, 0),
            RawPeer.response(ECHO_RSP, 1, 0),
            RawPeer.response(STORE_RSP, 1, 0xFF00),
            RawPeer.command(0x0001, 1, false, RawPeer.CT, "1.2"),
        };
        for (byte[] response : wrong) {
            play(peer -> {
                accept(peer);
                peer.receiveInstance();
                peer.sendPdv(1, true, true, response);
                while (!peer.isClosedByPeer()) {
                    // It says goodbye first.
                }
            });
            OpenAssociation association = open(Limits.requestor());

            assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.PROTOCOL);
        }
    }

    @Test
    void no_response_in_time_is_TIMEOUT() throws Exception {
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        });
        OpenAssociation association = open(Limits.responseTimeout(ofMillis(200)));

        assertThat(failureOf(() -> store(association, 1000)).reason()).isEqualTo(Cause.TIMEOUT);
        played.get();
    }

    @Test
    void a_peer_that_stops_reading_is_TIMEOUT() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        play(peer -> {
            accept(peer);
            done.await();
        });
        OpenAssociation association = open(Limits.writeTimeout(ofMillis(300)));

        assertThat(failureOf(() -> store(association, 50_000_000)).reason()).isEqualTo(Cause.TIMEOUT);
        done.countDown();
    }

    @Test
    void our_own_trouble_is_thrown_as_it_is_and_the_peer_never_has_the_whole_instance() throws Exception {
        CompletableFuture<RawPeer.Pdu> last = new CompletableFuture<>();
        play(peer -> {
            accept(peer);
            last.complete(peer.receiveInstance());
        });
        IOException damaged = new IOException("damaged");
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw damaged;
            }

            @Override
            public int read(byte[] b, int off, int len) throws IOException {
                throw damaged;
            }
        };
        OpenAssociation association = open(Limits.requestor());

        assertThatThrownBy(() -> association.cStore(
                        CT, INSTANCE, new SequenceInputStream(new ByteArrayInputStream(new byte[40_000]), failing)))
                .isSameAs(damaged);
        assertThat(last.get().type()).isEqualTo(RawPeer.ABORT);
    }

    @Test
    void an_interrupt_ends_the_wait_and_is_kept() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        play(peer -> {
            accept(peer);
            peer.receiveInstance();
            sent.countDown();
            peer.receive();
        });
        OpenAssociation association = open(Limits.requestor());
        Thread caller = Thread.currentThread();
        CompletableFuture<Void> interrupter = CompletableFuture.runAsync(() -> {
            try {
                sent.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            caller.interrupt();
        });

        AssociationException failure = failureOf(() -> store(association, 1000));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).hasMessageContaining("interrupted");
        interrupter.get();
    }

    @Test
    void abort_from_another_thread_ends_a_blocked_store() throws Exception {
        CountDownLatch accepted = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        play(peer -> {
            accept(peer);
            accepted.countDown();
            done.await();
        });
        OpenAssociation association = open(Limits.requestor());
        CompletableFuture<AssociationException> failure =
                CompletableFuture.supplyAsync(() -> failureOf(() -> store(association, 50_000_000)));
        accepted.await();

        association.abort();

        assertThat(failure.get().reason()).isIn(Cause.CONNECTION_LOST, Cause.PROTOCOL);
        done.countDown();
    }

    @Test
    void a_release_that_is_not_answered_does_not_hold_close_up() throws Exception {
        play(peer -> {
            accept(peer);
            assertThat(peer.receive().type()).isEqualTo(RawPeer.RELEASE_RQ);
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        });
        OpenAssociation association = open(Limits.releaseTimeout(ofMillis(200)));

        association.close();

        played.get();
    }

    private OpenAssociation open(RequestorSettings settings) throws AssociationException {
        Peer peer = new Peer(AeTitle.of("PEER"), "127.0.0.1", server.getLocalPort());
        return Requestor.of(settings).open(peer, AeTitle.of("GW"), List.of(CT));
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

    private static void accept(RawPeer peer) throws IOException {
        assertThat(peer.receive().type()).isEqualTo(RawPeer.RQ);
        peer.send(RawPeer.AC, RawPeer.associateAc(1, RawPeer.IMPLICIT, 16384));
    }

    private static void answerRelease(RawPeer peer) throws IOException {
        assertThat(peer.receive().type()).isEqualTo(RawPeer.RELEASE_RQ);
        peer.send(RawPeer.RELEASE_RP, new byte[4]);
        assertThat(peer.isClosedByPeer()).isTrue();
    }

    private static int store(OpenAssociation association, int length) throws Exception {
        return association.cStore(CT, INSTANCE, new ByteArrayInputStream(new byte[length]));
    }

    private static InputStream inSmallPieces(int length) {
        return new ByteArrayInputStream(new byte[length]) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, 1000));
            }
        };
    }

    private static AssociationException failureOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(AssociationException.class, call);
    }
}
