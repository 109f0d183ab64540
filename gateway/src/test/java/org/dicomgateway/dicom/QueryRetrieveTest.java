package org.dicomgateway.dicom;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Outcome;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Retrieved;
import org.dicomgateway.dicom.requestor.QueryRetrieve.UniqueKeys;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.security.TlsContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that answer C-FIND and C-GET in no way that a real one does. */
@Timeout(60)
class QueryRetrieveTest {

    private static final Uid STUDY = Uid.of("1.2.3");
    private static final String SERIES = "1.2.3.1";
    private static final String INSTANCE = "1.2.3.4";
    /** Of the contexts for C-FIND and C-GET, the second is in implicit VR, which these peers accept. */
    private static final int QUERY = 3;

    private static final int STORE = 5;
    private static final int C_STORE_RQ = 0x0001;
    private static final int C_FIND_RSP = 0x8020;
    private static final int C_GET_RSP = 0x8010;
    private static final int PENDING = 0xFF00;
    private static final byte[] DATASET =
            EncodedDataset.ofCt(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN).toByteArray();

    /** What the peer does after it accepted the association. */
    @FunctionalInterface
    private interface Script {
        void play(RawPeer peer) throws Exception;
    }

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
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

    private void play(byte[] answer, Script script) {
        played = CompletableFuture.runAsync(() -> {
            try (Socket socket = server.accept();
                    RawPeer peer = new RawPeer(socket)) {
                assertThat(peer.receive().type()).isEqualTo(RawPeer.RQ);
                peer.send(RawPeer.AC, answer);
                script.play(peer);
                peer.isClosedByPeer();
            } catch (SocketException e) {
                // The gateway has had enough.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static QueryRetrieve scu(Duration response) {
        Duration limit = ofSeconds(20);
        return QueryRetrieve.of(
                new RequestorSettings(limit, response, response, limit, limit, 16384),
                new TlsContexts(InstantSource.system()));
    }

    private Peer peer() {
        return new Peer(AeTitle.of("PEER"), "127.0.0.1", server.getLocalPort());
    }

    private AssociationException failedFind(Script script) {
        play(RawPeer.associateAc(2, RawPeer.IMPLICIT, 16384), peer -> {
            request(peer);
            script.play(peer);
        });
        return catchThrowableOfType(
                AssociationException.class, () -> scu(ofSeconds(20)).instances(peer(), AeTitle.of("GW"), STUDY));
    }

    private Retrieved get(Script script) throws Exception {
        return get(script, (syntax, dataset) -> dataset.transferTo(received));
    }

    private Retrieved get(Script script, Receiver receiver) throws Exception {
        play(RawPeer.associateAc(3, RawPeer.IMPLICIT, 16384), peer -> {
            request(peer);
            script.play(peer);
        });
        return ask(receiver);
    }

    private Retrieved ask(Receiver receiver) throws Exception {
        return scu(ofSeconds(20))
                .cGet(
                        peer(),
                        AeTitle.of("GW"),
                        new UniqueKeys(STUDY, Uid.of(SERIES), Uid.of(INSTANCE)),
                        Uid.of(RawPeer.CT),
                        List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
                        receiver);
    }

    private AssociationException failedGet(Script script) {
        return catchThrowableOfType(AssociationException.class, () -> get(script));
    }

    /** Command and identifier. */
    private static void request(RawPeer peer) throws IOException {
        peer.receiveInstance();
    }

    private static void respond(RawPeer peer, int field, int status, byte[] identifier) throws IOException {
        byte[] command = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .us(0x00000100, field)
                .us(0x00000120, 1)
                .us(0x00000800, identifier.length == 0 ? 0x0101 : 0)
                .us(0x00000900, status)
                .toByteArray();
        peer.sendPdv(QUERY, true, true, command);
        if (identifier.length > 0) {
            peer.sendPdv(QUERY, false, true, identifier);
        }
    }

    private static byte[] match(String series) {
        return new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x0020000E, "UI", series + "\0")
                .toByteArray();
    }

    @Test
    void answers_without_end_are_given_up() {
        AssociationException failure = failedFind(peer -> {
            for (int i = 0; i < 1_000_000; i++) {
                respond(peer, C_FIND_RSP, PENDING, match(SERIES));
            }
        });
        assertThat(failure.reason()).isEqualTo(Cause.PROTOCOL);
        assertThat(failure).hasMessageContaining("more than 100000 matches for one study");
    }

    @Test
    void a_long_or_deep_or_meaningless_identifier_ends_the_association_and_nothing_else() {
        AssociationException tooLong = failedFind(peer -> respond(peer, C_FIND_RSP, PENDING, new byte[9000]));
        assertThat(tooLong).hasMessageContaining("more than 8192 bytes");

        byte[] deep = new byte[8192];
        byte[] level = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .beginSequence(0x00081140)
                .beginItem()
                .toByteArray();
        for (int at = 0; at + level.length <= deep.length; at += level.length) {
            System.arraycopy(level, 0, deep, at, level.length);
        }
        assertThat(failedFind(peer -> respond(peer, C_FIND_RSP, PENDING, deep))).hasMessageContaining("C-FIND failed");
        byte[] noise = new byte[8000];
        Arrays.fill(noise, (byte) 0xA5);
        assertThat(failedFind(peer -> respond(peer, C_FIND_RSP, PENDING, noise)))
                .hasMessageContaining("C-FIND failed");
        byte[] noUid = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .header(0x0020000E, "UI", -1)
                .beginItem()
                .endItem()
                .endSequence()
                .toByteArray();
        assertThat(failedFind(peer -> {
                    respond(peer, C_FIND_RSP, PENDING, noUid);
                    respond(peer, C_FIND_RSP, 0xC001, new byte[0]);
                }))
                .hasMessageContaining("C-FIND failed");
    }

    @Test
    void a_failure_status_says_nothing_about_the_study() {
        AssociationException failure = failedFind(peer -> {
            respond(peer, C_FIND_RSP, PENDING, match(SERIES));
            respond(peer, C_FIND_RSP, 0xA700, new byte[0]);
        });
        assertThat(failure).hasMessageContaining("status 0xA700");
    }

    @Test
    void a_peer_that_accepts_no_query_is_told_so() {
        play(RawPeer.associateAc(2, "1.2.840.10008.1.2.2", 16384), peer -> {});
        assertThatThrownBy(() -> scu(ofSeconds(20)).instances(peer(), AeTitle.of("GW"), STUDY))
                .isInstanceOf(AssociationException.class)
                .hasMessageContaining("no presentation context for the Study Root model");
    }

    @Test
    void a_peer_that_says_nothing_is_given_up() {
        play(RawPeer.associateAc(2, RawPeer.IMPLICIT, 16384), peer -> {
            request(peer);
            peer.receive();
        });
        long begin = System.nanoTime();
        AssociationException failure = catchThrowableOfType(
                AssociationException.class, () -> scu(ofMillis(500)).instances(peer(), AeTitle.of("GW"), STUDY));
        assertThat(failure.reason()).as(failure.toString()).isEqualTo(Cause.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ofSeconds(10));
    }

    @Test
    void an_instance_comes_byte_by_byte() throws Exception {
        Retrieved retrieved = get(peer -> {
            store(peer, INSTANCE, DATASET);
            assertThat(peer.receive().status()).isZero();
            respond(peer, C_GET_RSP, PENDING, new byte[0]);
            respond(peer, C_GET_RSP, 0, new byte[0]);
            answerRelease(peer);
        });
        assertThat(retrieved.outcome()).isEqualTo(Outcome.SENT);
        assertThat(received.toByteArray()).isEqualTo(DATASET);
        played.get();
    }

    private static void store(RawPeer peer, String instance, byte[] dataset) throws IOException {
        peer.sendPdv(STORE, true, true, RawPeer.command(C_STORE_RQ, 7, true, RawPeer.CT, instance));
        peer.sendPdv(STORE, false, true, dataset);
    }

    private static void answerRelease(RawPeer peer) throws IOException {
        assertThat(peer.receive().type()).isEqualTo(RawPeer.RELEASE_RQ);
        peer.send(RawPeer.RELEASE_RP, new byte[4]);
    }

    @Test
    void another_instance_than_the_one_asked_for_is_refused_unread() {
        AssociationException failure = failedGet(peer -> store(peer, "1.2.3.5", DATASET));
        assertThat(failure.reason()).isEqualTo(Cause.PROTOCOL);
        assertThat(failure)
                .hasMessageContaining("a C-STORE of instance 1.2.3.5")
                .hasMessageContaining("was asked for");
        assertThat(received.size()).isZero();
    }

    @Test
    void an_instance_on_the_context_of_the_query_or_a_second_one_or_another_request_is_refused() {
        assertThat(failedGet(peer -> {
                    peer.sendPdv(QUERY, true, true, RawPeer.command(C_STORE_RQ, 7, true, RawPeer.CT, INSTANCE));
                    peer.sendPdv(QUERY, false, true, DATASET);
                }))
                .hasMessageContaining("was asked for");
        assertThat(received.size()).isZero();
        assertThat(failedGet(peer -> {
                    store(peer, INSTANCE, DATASET);
                    peer.receive();
                    store(peer, INSTANCE, DATASET);
                }))
                .hasMessageContaining("too many");
        assertThat(received.size()).isEqualTo(DATASET.length);
        assertThat(failedGet(peer -> peer.sendPdv(QUERY, true, true, RawPeer.echoRq(9))))
                .hasMessageContaining("a C_ECHO_RQ request");
    }

    @Test
    void an_instance_during_a_query_is_refused() {
        AssociationException failure = failedFind(peer -> {
            peer.sendPdv(QUERY, true, true, RawPeer.command(C_STORE_RQ, 7, true, RawPeer.CT, INSTANCE));
            peer.sendPdv(QUERY, false, true, DATASET);
        });
        assertThat(failure).hasMessageContaining("only responses are expected");
    }

    @Test
    void a_dataset_that_is_cut_short_is_a_failure_of_the_peer() {
        AssociationException failure = failedGet(peer -> {
            peer.sendPdv(STORE, true, true, RawPeer.command(C_STORE_RQ, 7, true, RawPeer.CT, INSTANCE));
            peer.sendPdv(STORE, false, false, DATASET);
            peer.close();
        });
        assertThat(failure.reason()).isEqualTo(Cause.CONNECTION_LOST);
        assertThat(received.size()).isEqualTo(DATASET.length);
    }

    @Test
    void what_the_receiver_throws_ends_the_retrieval_and_is_thrown() {
        assertThatThrownBy(() -> get(
                        peer -> {
                            store(peer, INSTANCE, DATASET);
                            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
                        },
                        (syntax, dataset) -> {
                            throw new IOException("disk full");
                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
    }

    @Test
    void a_peer_that_sends_nothing_has_its_status_told() throws Exception {
        Retrieved nothing = get(peer -> {
            respond(peer, C_GET_RSP, 0xC000, new byte[0]);
            answerRelease(peer);
        });
        assertThat(nothing).isEqualTo(new Retrieved(Outcome.NOT_SENT, 0xC000));
        AssociationException refused = failedGet(peer -> {
            respond(peer, C_GET_RSP, 0x0124, new byte[0]);
            answerRelease(peer);
        });
        assertThat(refused).hasMessageContaining("status 0x0124");
    }

    @Test
    void a_dataset_without_end_after_the_last_response_holds_nobody_up() throws Exception {
        Retrieved retrieved = get(peer -> {
            respond(peer, C_GET_RSP, 0, new byte[0]);
            peer.sendPdv(STORE, true, true, RawPeer.command(C_STORE_RQ, 7, true, RawPeer.CT, INSTANCE));
            peer.send(RawPeer.RELEASE_RP, new byte[4]);
        });
        assertThat(retrieved.outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void a_peer_that_accepts_no_context_for_it_is_not_asked() throws Exception {
        play(RawPeer.associateAc(2, RawPeer.IMPLICIT, 16384), QueryRetrieveTest::answerRelease);
        assertThat(ask((syntax, dataset) -> {}).outcome()).isEqualTo(Outcome.NOT_ACCEPTED);
        played.get();
    }
}
