package org.dicomgateway.dicom;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.dicom.values.TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.aoju.bus.core.toolkit.CallerKit;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Connection;
import org.dicomgateway.dicom.acceptor.AcceptedAssociation;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.dicom.wire.ToolkitDevice;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("slow")
class AcceptorTest {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final PresentationPair CT = new PresentationPair(Uid.of(RawPeer.CT), EXPLICIT_VR_LITTLE_ENDIAN);
    private static final Uid INSTANCE = Uid.of("1.2.3.4");
    private static final byte[] INVALID_PARAMETER = {0, 0, 2, 6};
    private static final AssociationPolicy ANYBODY = request -> Admission.UNLIMITED;

    private final List<byte[]> received = Collections.synchronizedList(new ArrayList<>());
    private final List<CStoreRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closes_everything_and_leaves_no_thread() throws Exception {
        for (AutoCloseable open : opened) {
            open.close();
        }
        await().atMost(ofSeconds(10))
                .untilAsserted(() -> assertThat(dicomThreads()).isEmpty());
    }

    @Test
    void an_instance_arrives_byte_for_byte() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        byte[] dataset = random(1_000_001);

        try (OpenAssociation association = open(acceptor, CT, PresentationPair.VERIFICATION)) {
            assertThat(association.cEcho()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(store(association, dataset)).isEqualTo(DimseStatus.SUCCESS);
            assertThat(store(association, new byte[0])).isEqualTo(DimseStatus.SUCCESS);
            assertThat(acceptor.openAssociations()).isEqualTo(1);
        }

        assertThat(received).hasSize(2);
        assertThat(received.get(0)).isEqualTo(dataset);
        CStoreRequest request = requests.get(0);
        assertThat(request.sopClass()).isEqualTo(CT.sopClass());
        assertThat(request.sopInstance()).isEqualTo(INSTANCE);
        assertThat(request.transferSyntax()).isEqualTo(EXPLICIT_VR_LITTLE_ENDIAN);
        assertThat(request.origin()).isEqualTo(new Origin(MODALITY, AeTitle.of("GATEWAY"), "127.0.0.1"));
        await().untilAsserted(() -> assertThat(acceptor.openAssociations()).isZero());
    }

    @Test
    void the_policys_rejection_is_sent_as_it_is() throws Exception {
        List<AssociationRequest> asked = new ArrayList<>();
        Acceptor acceptor = start(
                Limits.acceptor(),
                request -> {
                    asked.add(request);
                    return new Rejection(2, 3, 1, "the spool is full");
                },
                this::keep);

        Rejection rejection = rejectionOf(acceptor);

        assertThat(List.of(rejection.result(), rejection.source(), rejection.reason()))
                .containsExactly(2, 3, 1);
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).origin().calling()).isEqualTo(MODALITY);
        assertThat(asked.get(0).openAssociations()).isEqualTo(1);
    }

    @Test
    void one_association_too_many_is_a_transient_local_limit() throws Exception {
        Acceptor acceptor = start(Limits.maxAssociations(2), ANYBODY, this::keep);
        opened.add(open(acceptor, CT));
        opened.add(open(acceptor, CT));

        Rejection rejection = rejectionOf(acceptor);

        assertThat(List.of(rejection.result(), rejection.source(), rejection.reason()))
                .containsExactly(2, 3, 2);
        assertThat(acceptor.openAssociations()).isEqualTo(2);
    }

    @Test
    void an_AE_title_that_is_none_is_not_recognized() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);

        assertThat(rawRejection(acceptor, "GATE\\WAY", "MODALITY")).containsExactly(0, 1, 1, 7);
        assertThat(rawRejection(acceptor, "", "MODALITY")).containsExactly(0, 1, 1, 7);
        assertThat(rawRejection(acceptor, "GATEWAY", "A\u001b[31m")).containsExactly(0, 1, 1, 3);
        assertThat(rawRejection(acceptor, "GATEWAY", "")).containsExactly(0, 1, 1, 3);
    }

    @Test
    void an_AE_title_that_is_padded_with_anything_but_spaces_is_not_recognized() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);

        for (String padding : List.of("\0", "\0\0\0\0\0\0\0\0", "\n", "\r\n", "\t", "\u007f")) {
            assertThat(rawRejection(acceptor, "GATEWAY", "MODALITY" + padding)).containsExactly(0, 1, 1, 3);
            assertThat(rawRejection(acceptor, "GATEWAY", padding + "MODALITY")).containsExactly(0, 1, 1, 3);
            assertThat(rawRejection(acceptor, "GATEWAY" + padding, "MODALITY")).containsExactly(0, 1, 1, 7);
        }
    }

    @Test
    void an_AE_title_that_looks_like_more_than_a_word_is_in_quotes_in_the_log() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (LogLines log = new LogLines(AcceptedAssociation.class.getName());
                RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.associate("GATEWAY", "A status=0x0000", RawPeer.CT);
            assertThat(log.all())
                    .anySatisfy(
                            line -> assertThat(line).startsWith("\"A status=0x0000\"@127.0.0.1#1: accepted, called"));
        }
    }

    @Test
    void every_storage_class_in_every_transfer_syntax_is_accepted_and_other_services_are_not() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        List<PresentationPair> storage = List.of(
                pair("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.4.50"),
                pair("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.4.203"),
                pair("1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.1.2.1.99"),
                pair("1.2.840.10008.5.1.4.1.1.9999", "1.2.840.10008.1.2.2"),
                pair("1.2.840.10008.5.1.4.38.1", "1.2.840.10008.1.2"),
                pair("1.2.840.113619.4.26", "1.2.840.113619.5.2"),
                PresentationPair.VERIFICATION);
        List<PresentationPair> other = List.of(
                pair("1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.5.1.4.31", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.3.1.2.3.3", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.1.20.1", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.5.1.1.9", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.5.1.4.1.1.201.2", "1.2.840.10008.1.2"),
                pair("1.2.840.10008.5.1.4.9999", "1.2.840.10008.1.2"));
        List<PresentationPair> all = new ArrayList<>(storage);
        all.addAll(other);

        try (OpenAssociation association = open(acceptor, all.toArray(PresentationPair[]::new))) {
            assertThat(storage).allMatch(association::accepts);
            assertThat(other).noneMatch(association::accepts);
        }
    }

    @Test
    void the_first_transfer_syntax_of_a_context_is_kept() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            List<String> syntaxes = List.of("1.2.3.4", RawPeer.IMPLICIT);
            peer.send(RawPeer.RQ, RawPeer.associateRq("GATEWAY", "MODALITY", syntaxes, RawPeer.CT));

            RawPeer.Pdu answer = peer.receive();

            assertThat(answer.type()).isEqualTo(RawPeer.AC);
            assertThat(new String(answer.body(), ISO_8859_1))
                    .contains("1.2.3.4")
                    .doesNotContain(RawPeer.IMPLICIT);
        }
    }

    @Test
    void as_many_contexts_as_there_can_be_are_negotiated() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        PresentationPair[] pairs = new PresentationPair[PresentationPair.MAX_PER_ASSOCIATION];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = pair("1.2.826.0.1." + (i + 1), "1.2.840.10008.1.2.1");
        }

        try (OpenAssociation association = open(acceptor, pairs)) {
            assertThat(pairs).allMatch(association::accepts);
            assertThat(association.cStore(pairs[127], INSTANCE, new ByteArrayInputStream(new byte[10])))
                    .isZero();
        }
    }

    @Test
    void what_the_hook_leaves_unread_is_drained_before_the_answer() throws Exception {
        Acceptor acceptor =
                start(Limits.acceptor(), ANYBODY, request -> new CStoreResponse(DimseStatus.OUT_OF_RESOURCES, "full"));

        try (OpenAssociation association = open(acceptor, CT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(store(association, random(300_000))).isEqualTo(DimseStatus.OUT_OF_RESOURCES);
            }
        }
    }

    @Test
    void a_fault_in_the_hook_is_a_processing_failure_and_the_association_goes_on() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> {
            if (requests.isEmpty()) {
                requests.add(request);
                throw new IllegalStateException("a fault, made by the test");
            }
            return keep(request);
        });

        try (OpenAssociation association = open(acceptor, CT)) {
            assertThat(store(association, random(100_000))).isEqualTo(DimseStatus.PROCESSING_FAILURE);
            assertThat(store(association, random(100_000))).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    @Test
    void an_IOException_of_the_hook_aborts() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> {
            throw new IOException("disk, made by the test");
        });
        OpenAssociation association = open(acceptor, CT);

        AssociationException failure =
                catchThrowableOfType(AssociationException.class, () -> store(association, random(1000)));

        assertThat(failure.reason()).isEqualTo(Cause.ABORTED);
    }

    @Test
    void an_Error_of_the_hook_ends_the_association_and_is_not_swallowed() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.complete(error));
        try {
            Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> {
                throw new StackOverflowError("made by the test");
            });
            OpenAssociation association = open(acceptor, CT);

            assertThatThrownBy(() -> store(association, random(1000))).isInstanceOf(AssociationException.class);
            assertThat(uncaught.get()).isInstanceOf(StackOverflowError.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void a_refusal_carries_its_comment_and_the_UIDs() throws Exception {
        String comment = "a comment far too long for Error Comment, with \\ and Ü, cut at 64 characters";
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> new CStoreResponse(0xA900, comment));

        RawPeer.Pdu response = rawStore(acceptor, RawPeer.CT, "1.2.3.4");

        assertThat(response.status()).isEqualTo(0xA900);
        assertThat(text(response, 0x0902))
                .isEqualTo("a comment far too long for Error Comment, with ? and ?, cut at 6");
        assertThat(text(response, 0x0002)).isEqualTo(RawPeer.CT);
        assertThat(text(response, 0x1000)).isEqualTo("1.2.3.4");
        assertThat(response.commandUs(0x0120)).isEqualTo(7);
    }

    @Test
    void the_fragments_of_a_response_are_even_also_for_a_caller_whose_longest_PDU_is_odd() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> new CStoreResponse(0xA900, "c".repeat(64)));
        List<Integer> lengths = new ArrayList<>();
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.send(
                    RawPeer.RQ, RawPeer.associateRq(131, "GATEWAY", "MODALITY", List.of(RawPeer.IMPLICIT), RawPeer.CT));
            assertThat(peer.receive().type()).isEqualTo(RawPeer.AC);
            peer.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
            peer.sendPdv(1, false, true, random(500));
            RawPeer.Pdu pdu = peer.receive();
            while (!pdu.isLast()) {
                lengths.addAll(pdu.fragmentLengths());
                pdu = peer.receive();
            }
        }
        assertThat(lengths).isNotEmpty().allMatch(length -> length % 2 == 0);
    }

    @Test
    void UIDs_that_are_none_cannot_be_understood() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);

        for (String[] uids : new String[][] {{RawPeer.CT, "../etc/passwd"}, {"x", "1.2.3"}, {RawPeer.CT, ""}}) {
            RawPeer.Pdu response = rawStore(acceptor, uids[0], uids[1]);
            assertThat(response.status()).isEqualTo(DimseStatus.CANNOT_UNDERSTAND);
            assertThat(text(response, 0x0902)).contains("UID is not valid");
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void an_operation_that_is_not_offered_is_unrecognized() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, true, RawPeer.command(0x0020, 9, true, RawPeer.CT, ""));
            peer.sendPdv(1, false, true, new byte[20]);

            RawPeer.Pdu response = peer.receive();

            assertThat(response.status()).isEqualTo(0x0211);
            assertThat(response.commandUs(0x0120)).isEqualTo(9);
        }
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws Exception {
        Acceptor acceptor = start(Limits.requestTimeout(ofMillis(300)), ANYBODY, this::keep);
        try (RawPeer silent = RawPeer.connect(acceptor.address());
                RawPeer slow = RawPeer.connect(acceptor.address())) {
            slow.sendRaw(new byte[] {1, 0, 0});

            assertThat(silent.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(slow.receive().type()).isEqualTo(RawPeer.ABORT);
        }
        await().untilAsserted(() -> assertThat(acceptor.openAssociations()).isZero());
    }

    @Test
    void an_idle_association_is_aborted() throws Exception {
        Acceptor acceptor = start(Limits.idleTimeout(ofMillis(300)), ANYBODY, this::keep);
        try (RawPeer peer = associated(acceptor)) {
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(peer.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void a_sender_that_stops_within_a_message_is_aborted_and_the_hook_told() throws Exception {
        CompletableFuture<Exception> hook = new CompletableFuture<>();
        Acceptor acceptor = start(Limits.readTimeout(ofMillis(300)), ANYBODY, request -> failing(request, hook));
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
            peer.sendPdv(1, false, false, random(1000));

            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(hook.get()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_sender_that_goes_away_within_a_message_ends_in_an_IOException_of_the_hooks_stream() throws Exception {
        for (int type : new int[] {RawPeer.ABORT, RawPeer.RELEASE_RQ, 0}) {
            CompletableFuture<Exception> hook = new CompletableFuture<>();
            Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> failing(request, hook));
            try (RawPeer peer = associated(acceptor)) {
                peer.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
                peer.sendPdv(1, false, false, random(1000));
                if (type != 0) {
                    peer.send(type, new byte[4]);
                }
            }
            assertThat(hook.get()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void lengths_that_nobody_sends_are_refused_before_memory_is_reserved() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.sendRaw(new byte[] {1, 0, 0, (byte) 0xF0, 0, 0, 0, 1, 0, 0});
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
        try (RawPeer peer = associated(acceptor)) {
            peer.sendRaw(new byte[] {4, 0, 0, (byte) 0xF0, 0, 0, 0, 0, 0, 0});
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, false, new byte[] {0, 0, 2, 0, 0, 0, 0, 2, 0, 0});
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, false, new byte[] {8, 0, 0x40, 0x11, 8, 0, 0, 0, 0, 0});
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
    }

    @Test
    void a_request_that_drips_is_aborted_when_the_time_for_all_of_it_is_over() throws Exception {
        Acceptor acceptor = start(Limits.requestTimeout(ofMillis(500)), ANYBODY, this::keep);
        byte[] request =
                Objects.requireNonNull(WorstRequests.withinAllBounds("DRIP").get("role selections"));
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            int sent = 0;
            try {
                while (sent < request.length && peer.socket().getInputStream().available() == 0) {
                    peer.sendRaw(new byte[] {request[sent++]});
                    Thread.sleep(1);
                }
            } catch (IOException closed) {
                // It was told before.
            }
            assertThat(sent).isLessThan(request.length);
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
        }
    }

    @Test
    void a_message_that_drips_is_aborted_and_one_that_is_only_slow_is_not() throws Exception {
        Acceptor acceptor = start(Limits.minRate(2_000, ofMillis(400)), ANYBODY, this::keep);
        assertThat(sentBeforeAnAnswer(acceptor, 1)).isLessThan(100);
        assertThat(sentBeforeAnAnswer(acceptor, 2_000)).isEqualTo(100);
    }

    /**
     * How many of a hundred fragments of this size, one each 20 ms or so, were sent before the answer came, if it came.
     */
    private static int sentBeforeAnAnswer(Acceptor acceptor, int fragment) throws Exception {
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
            int sent = 0;
            while (sent < 100 && peer.socket().getInputStream().available() == 0) {
                peer.sendPdv(1, false, false, new byte[fragment]);
                sent++;
                Thread.sleep(20);
            }
            return sent;
        }
    }

    @Test
    void a_second_request_or_an_answer_is_refused_unread() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        byte[] unexpected = {0, 0, 2, 2};
        try (RawPeer peer = associated(acceptor)) {
            peer.sendRaw(new byte[] {RawPeer.RQ, 0, 0, 0, 100, 0});
            assertThat(peer.receive().body()).isEqualTo(unexpected);
        }
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.sendRaw(new byte[] {RawPeer.AC, 0, 0, 0, 100, 0});
            assertThat(peer.receive().body()).isEqualTo(unexpected);
        }
    }

    @Test
    void requests_on_connections_that_are_over_hold_up_nobody() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        for (int i = 0; i < 8; i++) {
            RawPeer peer = RawPeer.connect(acceptor.address());
            opened.add(peer);
            peer.send(RawPeer.RELEASE_RQ, new byte[4]);
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            peer.send(RawPeer.RQ, RawPeer.associateRq("GATEWAY", "CT", List.of(RawPeer.IMPLICIT), RawPeer.CT));
        }
        await().untilAsserted(() -> assertThat(acceptor.openAssociations()).isZero());
        open(acceptor, CT).close();
    }

    @Test
    void a_response_is_refused_before_its_dataset_which_the_toolkit_would_keep_in_memory() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, true, RawPeer.command(0x8001, 1, true, RawPeer.CT, "1.2.3.4"));
            assertThat(peer.receive().body()).isEqualTo(INVALID_PARAMETER);
        }
    }

    @Test
    void more_elements_than_a_command_has_are_refused() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        try (RawPeer peer = associated(acceptor)) {
            EncodedDataset command = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
            for (int i = 0; i < 129; i++) {
                command.text(0x00000300 + i, "LO", "");
            }
            peer.sendPdv(1, true, false, command.toByteArray());
            assertThat(peer.receive().body()).isEqualTo(INVALID_PARAMETER);
        }
    }

    @Test
    void large_PDUs_of_many_fragments_and_small_ones_bring_the_same_dataset() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        byte[] dataset = random(400_000);
        for (int fragment : new int[] {1_000, 16_372, 16_373, 300_000, 400_000}) {
            try (RawPeer peer = associated(acceptor)) {
                peer.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
                ByteArrayOutputStream pdu = new ByteArrayOutputStream();
                for (int from = 0; from < dataset.length; from += fragment) {
                    int end = Math.min(dataset.length, from + fragment);
                    pdu.writeBytes(ByteBuffer.allocate(6)
                            .putInt(end - from + 2)
                            .put((byte) 1)
                            .put((byte) (end == dataset.length ? 2 : 0))
                            .array());
                    pdu.write(dataset, from, end - from);
                }
                peer.send(RawPeer.DATA, pdu.toByteArray());
                assertThat(peer.receive().status()).isZero();
            }
        }
        assertThat(received).hasSize(5).allSatisfy(each -> assertThat(each).isEqualTo(dataset));
    }

    @Test
    void roles_are_answered_for_accepted_contexts_only() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, this::keep);
        String query = "1.2.840.10008.5.1.4.1.2.2.1";
        byte[] body = AssociateBody.of("GATEWAY", "CT")
                .item(AssociateBody.APPLICATION_CONTEXT, AssociateBody.ascii("1.2.840.10008.3.1.1.1"))
                .context(1, RawPeer.CT, List.of(RawPeer.IMPLICIT))
                .context(3, query, List.of(RawPeer.IMPLICIT))
                .user(user -> user.role(RawPeer.CT).role(query).role("1.2.3"))
                .toByteArray();
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            peer.send(RawPeer.RQ, body);
            RawPeer.Pdu answer = peer.receive();

            assertThat(answer.type()).isEqualTo(RawPeer.AC);
            assertThat(new String(answer.body(), ISO_8859_1))
                    .contains("T\0\0\u001d\0\u0019" + RawPeer.CT + "\1\0")
                    .doesNotContain(query)
                    .doesNotContain("1.2.3\1");
        }
    }

    @Test
    void the_preferred_transfer_syntax_is_accepted_and_no_other_than_those_named() throws Exception {
        TransferSyntax jpeg = TransferSyntax.of("1.2.840.10008.1.2.4.70");
        Admission admission = new Admission() {
            @Override
            public List<TransferSyntax> transferSyntaxes() {
                return List.of(EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
            }
        };
        Acceptor acceptor = start(Limits.acceptor(), request -> admission, this::keep);

        assertThat(answerTo(acceptor, RawPeer.CT, jpeg, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN))
                .isEqualTo("0 1.2.840.10008.1.2");
        assertThat(answerTo(
                        acceptor,
                        RawPeer.CT,
                        jpeg,
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                        EXPLICIT_VR_LITTLE_ENDIAN))
                .isEqualTo("0 1.2.840.10008.1.2.1");
        assertThat(answerTo(acceptor, RawPeer.CT, jpeg)).startsWith("4 ");
        assertThat(answerTo(acceptor, RawPeer.VERIFICATION, TransferSyntax.EXPLICIT_VR_BIG_ENDIAN))
                .isEqualTo("0 1.2.840.10008.1.2.2");
    }

    /** Result and transfer syntax of the only context. */
    private static String answerTo(Acceptor acceptor, String sopClass, TransferSyntax... proposed) throws IOException {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            List<String> syntaxes =
                    Arrays.stream(proposed).map(TransferSyntax::toString).toList();
            peer.send(RawPeer.RQ, RawPeer.associateRq("GATEWAY", "CT", syntaxes, sopClass));
            byte[] body = peer.receive().body();
            int context = 68 + 4 + "1.2.840.10008.3.1.1.1".length();
            int length = body[context + 11];
            return body[context + 6] + " " + new String(body, context + 12, length, ISO_8859_1);
        }
    }

    @Test
    void one_address_cannot_take_all_places_and_strangers_leave_some_to_those_who_are_known() throws Exception {
        AssociationPolicy policy = new AssociationPolicy() {
            @Override
            public AssociationAnswer answer(AssociationRequest request) {
                return Admission.UNLIMITED;
            }

            @Override
            public boolean expects(String remoteHost) {
                return remoteHost.equals("127.0.0.9");
            }
        };
        Acceptor acceptor = start(Limits.maxAssociationsPerHost(8, 4), policy, this::keep);
        try (OpenAssociation known = open(acceptor, CT)) {
            store(known, random(100));
            for (int i = 0; i < 5; i++) {
                opened.add(associatedFrom(acceptor, "127.0.0." + (2 + i / 4), RawPeer.AC));
            }
            associatedFrom(acceptor, "127.0.0.2", RawPeer.RJ).close(); // four of one address
            associatedFrom(acceptor, "127.0.0.4", RawPeer.RJ).close(); // two places of eight are kept
            opened.add(associatedFrom(acceptor, "127.0.0.1", RawPeer.AC)); // has brought an instance
            opened.add(associatedFrom(acceptor, "127.0.0.9", RawPeer.AC)); // is named
            associatedFrom(acceptor, "127.0.0.1", RawPeer.RJ).close(); // all are taken
        }
    }

    private static RawPeer associatedFrom(Acceptor acceptor, String host, int answer) throws IOException {
        RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(host));
        assertThat(peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type())
                .as("answer to " + host)
                .isEqualTo(answer);
        return peer;
    }

    @Test
    void random_bytes_do_no_harm() throws Exception {
        Acceptor acceptor = start(Limits.maxAssociations(500), ANYBODY, this::keep);
        Random random = new Random(42);
        for (int round = 0; round < 100; round++) {
            try (RawPeer peer = round % 2 == 0 ? RawPeer.connect(acceptor.address()) : associated(acceptor)) {
                byte[] noise = new byte[200];
                random.nextBytes(noise);
                noise[0] = (byte) (1 + random.nextInt(7));
                noise[2] = 0;
                noise[3] = 0;
                noise[4] = 0;
                peer.sendRaw(noise);
            }
        }
        try (OpenAssociation association = open(acceptor, CT)) {
            assertThat(store(association, random(1000))).isZero();
        }
    }

    @Test
    void stopping_lets_a_message_finish_and_takes_no_more() throws Exception {
        CountDownLatch inHook = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> {
            inHook.countDown();
            awaitUninterruptibly(goOn);
            return keep(request);
        });
        OpenAssociation busy = open(acceptor, CT);
        CompletableFuture<Integer> stored = CompletableFuture.supplyAsync(() -> storeUnchecked(busy, random(100_000)));
        inHook.await();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> acceptor.stop(ofSeconds(20)));
        await().untilAsserted(() ->
                assertThatThrownBy(() -> RawPeer.connect(acceptor.address())).isInstanceOf(ConnectException.class));
        goOn.countDown();

        assertThat(stored.get()).isEqualTo(DimseStatus.SUCCESS);
        assertThatThrownBy(() -> store(busy, random(1000))).isInstanceOf(AssociationException.class);
        stopped.get();
        assertThat(acceptor.openAssociations()).isZero();
    }

    @Test
    void acceptors_that_are_stopped_together_stop_listening_at_once_and_share_the_grace() throws Exception {
        List<Acceptor> all = new ArrayList<>();
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Acceptor acceptor =
                    start(Limits.acceptor(), ANYBODY, request -> failing(request, new CompletableFuture<>()));
            RawPeer sending = associated(acceptor);
            sending.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
            sending.sendPdv(1, false, false, random(1000));
            all.add(acceptor);
            peers.add(sending);
        }
        Duration grace = ofSeconds(2);
        long start = System.nanoTime();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> Acceptor.stopAll(all, grace));

        for (Acceptor acceptor : all) {
            await().untilAsserted(() -> assertThatThrownBy(() -> RawPeer.connect(acceptor.address()))
                    .isInstanceOf(ConnectException.class));
        }
        assertThat(stopped).as("what is being received has its time").isNotDone();
        stopped.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(grace.multipliedBy(3));
        for (RawPeer peer : peers) {
            assertThat(peer.receive().type()).isEqualTo(RawPeer.ABORT);
            peer.close();
        }
    }

    @Test
    void after_the_grace_everything_is_aborted() throws Exception {
        Acceptor acceptor = start(Limits.acceptor(), ANYBODY, request -> failing(request, new CompletableFuture<>()));
        try (RawPeer idle = associated(acceptor);
                RawPeer sending = associated(acceptor)) {
            sending.sendPdv(1, true, true, RawPeer.storeRq(7, RawPeer.CT, "1.2.3.4"));
            sending.sendPdv(1, false, false, random(1000));

            acceptor.stop(ofMillis(200));

            assertThat(idle.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(sending.receive().type()).isEqualTo(RawPeer.ABORT);
            assertThat(acceptor.openAssociations()).isZero();
        }
    }

    @Test
    void a_port_that_is_taken_is_named_with_what_to_do() throws Exception {
        Acceptor first = start(Limits.acceptor(), ANYBODY, this::keep);
        AcceptorSettings free = Limits.acceptor();
        Acceptor second = Acceptors.of(
                new AcceptorSettings(
                        first.address(),
                        free.maxAssociations(),
                        OptionalInt.empty(),
                        free.requestTimeout(),
                        free.idleTimeout(),
                        free.readTimeout(),
                        OptionalLong.empty(),
                        free.writeTimeout(),
                        free.maxPduLength(),
                        Optional.empty()),
                ANYBODY,
                this::keep);

        assertThatThrownBy(second::start)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("127.0.0.1:" + first.address().getPort())
                .hasMessageContaining("configure another");
        second.close();
    }

    private Acceptor start(AcceptorSettings settings, AssociationPolicy policy, CStoreScp scp) throws IOException {
        Acceptor acceptor = Acceptors.of(settings, policy, scp);
        opened.add(0, acceptor);
        acceptor.start();
        return acceptor;
    }

    private static OpenAssociation open(Acceptor acceptor, PresentationPair... pairs) throws AssociationException {
        Peer peer =
                new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
        return Requestor.of(Limits.requestor()).open(peer, MODALITY, List.of(pairs));
    }

    private static int store(OpenAssociation association, byte[] dataset) throws Exception {
        return association.cStore(CT, INSTANCE, new ByteArrayInputStream(dataset));
    }

    private static int storeUnchecked(OpenAssociation association, byte[] dataset) {
        try {
            return store(association, dataset);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Rejection rejectionOf(Acceptor acceptor) {
        return catchThrowableOfType(AssociationException.class, () -> open(acceptor, CT))
                .rejection()
                .orElseThrow();
    }

    private static byte[] rawRejection(Acceptor acceptor, String called, String calling) throws IOException {
        try (RawPeer peer = RawPeer.connect(acceptor.address())) {
            RawPeer.Pdu answer = peer.associate(called, calling, RawPeer.CT);
            assertThat(answer.type()).isEqualTo(RawPeer.RJ);
            return answer.body();
        }
    }

    private static RawPeer associated(Acceptor acceptor) throws IOException {
        RawPeer peer = RawPeer.connect(acceptor.address());
        assertThat(peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
        return peer;
    }

    private static RawPeer.Pdu rawStore(Acceptor acceptor, String sopClass, String sopInstance) throws IOException {
        try (RawPeer peer = associated(acceptor)) {
            peer.sendPdv(1, true, true, RawPeer.storeRq(7, sopClass, sopInstance));
            peer.sendPdv(1, false, true, random(500));
            return peer.receive();
        }
    }

    private static String text(RawPeer.Pdu pdu, int element) {
        return new String(pdu.commandElement(element), ISO_8859_1)
                .replace("\0", "")
                .strip();
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        received.add(request.dataset().readAllBytes());
        requests.add(request);
        return CStoreResponse.SUCCESS;
    }

    private static CStoreResponse failing(CStoreRequest request, CompletableFuture<Exception> thrown)
            throws IOException {
        try {
            request.dataset().readAllBytes();
            return CStoreResponse.SUCCESS;
        } catch (IOException e) {
            thrown.complete(e);
            throw e;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static PresentationPair pair(String sopClass, String transferSyntax) {
        return new PresentationPair(Uid.of(sopClass), TransferSyntax.of(transferSyntax));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static List<String> dicomThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dicom-"))
                .toList();
    }

    @Test
    void the_toolkit_does_not_walk_the_stack_to_find_out_who_logs() {
        assertThat(new ToolkitDevice(new Connection(), "*", Runnable::run, association -> {}))
                .isNotNull();
        assertThat(CallerKit.getCallers()).isEqualTo(Association.class);
    }
}
