package org.dicomgateway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Destinations;
import org.junit.jupiter.api.Test;

/** What follows from what a server answers to C-FIND and C-GET. What real ones answer is in {@link OtherWaysIT}. */
class RetrievingArchiveTest {

    private static final byte[] DATASET = new byte[1000];
    private static final String SERIES = "1.9.1";
    private static final TransferSyntax JPEG_LOSSLESS = TransferSyntax.of("1.2.840.10008.1.2.4.70");

    private final FakePeer peer = new FakePeer();
    private final Archive archive = new DimseArchive(destination(), peer, new VerifierTest.FakeCopies());

    static DestinationSettings destination() {
        return destination(new Peer(AeTitle.of("PACS"), "localhost", 104));
    }

    static DestinationSettings destination(Peer peer) {
        Duration limit = Duration.ofSeconds(5);
        return Destinations.of(
                "pacs",
                peer,
                Optional.empty(),
                4,
                1,
                new RequestorSettings(limit, limit, limit, limit, limit, 16384),
                limit,
                100,
                new DestinationSettings.RetrySettings(limit, limit, 10),
                new DestinationSettings.BreakerSettings(3, limit, limit),
                limit);
    }

    private static Copy copy(String study) {
        DatasetDigest.Calculation calculation = new DatasetDigest.Calculation();
        calculation.add(DATASET, 0, DATASET.length);
        Copy copy = VerifierTest.copy(1, study, false);
        Instance instance = copy.instance();
        assertThat(instance.datasetLength()).isEqualTo(DATASET.length);
        return new Copy(
                copy.deliveryId(),
                instance,
                copy.destination(),
                Optional.of(calculation.digest()),
                Optional.empty(),
                copy.state(),
                copy.md5(),
                false,
                false);
    }

    private CopyState found(String name, Level level) throws IOException {
        return archive.check(copy("1.9"), name, level).state();
    }

    @Test
    void the_bytes_that_were_sent_are_verified_and_taken_and_no_others() throws Exception {
        peer.sends = DATASET;
        assertThat(archive.check(copy("1.9"), SERIES, Level.CONTENT).how()).contains("C-GET");
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.VERIFIED);
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        Finding checked = Finding.verified("by a test", Optional.empty());
        archive.fetch(copy("1.9"), SERIES, checked, taken::write);
        assertThat(taken.toByteArray()).isEqualTo(DATASET);
        assertThat(peer.calling).containsOnly("CT1");

        peer.sends = DATASET.clone();
        peer.sends[500] = 1;
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.DIFFERING);
        assertThatThrownBy(() -> archive.fetch(copy("1.9"), SERIES, checked, (bytes, offset, count) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not send, byte for byte");
        peer.sends = new byte[999];
        assertThat(found(SERIES, Level.CONTENT))
                .as("of another length, and the bytes are gone")
                .isEqualTo(CopyState.UNVERIFIABLE);
    }

    @Test
    void what_another_server_had_in_its_own_encoding_is_what_was_sent_to_repair_this_one() throws Exception {
        byte[] otherwise = new byte[1008];
        DatasetDigest.Calculation theirs = new DatasetDigest.Calculation();
        theirs.add(otherwise, 0, otherwise.length);
        Copy sent = copy("1.9");
        Copy restored = new Copy(
                sent.deliveryId(),
                sent.instance(),
                sent.destination(),
                sent.digest(),
                Optional.of(new Copy.Encoding(theirs.digest(), otherwise.length)),
                sent.state(),
                sent.md5(),
                false,
                false);
        peer.sends = otherwise;
        assertThat(archive.check(sent, SERIES, Level.CONTENT).state()).isEqualTo(CopyState.UNVERIFIABLE);
        Finding found = archive.check(restored, SERIES, Level.CONTENT);
        assertThat(found.state()).isEqualTo(CopyState.VERIFIED);
        assertThat(found.how()).contains("with what another server has");
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        archive.fetch(restored, SERIES, found, taken::write);
        assertThat(taken.toByteArray()).isEqualTo(otherwise);
        peer.sends = DATASET;
        assertThat(archive.check(restored, SERIES, Level.CONTENT).how()).doesNotContain("another server");
    }

    @Test
    void presence_is_what_is_listed() throws Exception {
        peer.lists = Map.of(Uid.of("1.2.3.1"), Uid.of(SERIES));
        Holdings holdings = archive.study(copy("1.9"));
        assertThat(holdings.name(Uid.of("1.2.3.1"))).contains(SERIES);
        assertThat(holdings.name(Uid.of("1.2.3.2"))).isEmpty();
        assertThat(archive.check(copy("1.9"), SERIES, Level.PRESENCE))
                .isEqualTo(Finding.verified("listed by C-FIND", Optional.empty()));
        assertThat(peer.asked).isEmpty();
    }

    @Test
    void another_transfer_syntax_is_no_difference_and_is_only_proposed_when_nothing_came() throws Exception {
        peer.sends = DATASET;
        peer.stores = JPEG_LOSSLESS;
        Finding finding = archive.check(copy("1.9"), SERIES, Level.CONTENT);
        assertThat(finding.state()).isEqualTo(CopyState.UNVERIFIABLE);
        assertThat(finding.detail()).contains("it in the transfer syntax 1.2.840.10008.1.2.4.70");
        assertThat(peer.asked.get(0)).containsExactly(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        assertThat(peer.asked.get(1)).contains(JPEG_LOSSLESS);
    }

    @Test
    void a_server_that_sends_nothing_has_lost_it_or_fails_or_must_not_send_it() throws Exception {
        peer.lists = Map.of(Uid.of("1.2.3.1"), Uid.of(SERIES));
        peer.status = 0xC000;
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.DIFFERING);
        peer.lists = Map.of();
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.MISSING);
        peer.status = 0;
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.MISSING);
        peer.status = 0xA702;
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.UNVERIFIABLE);
        peer.accepts = false;
        assertThat(found(SERIES, Level.CONTENT)).isEqualTo(CopyState.UNVERIFIABLE);
    }

    @Test
    void a_server_that_does_not_answer_is_no_finding_and_the_operator_reads_what_to_do() {
        peer.down = true;
        assertThatThrownBy(() -> archive.study(copy("1.9")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("let CT1 use C-FIND and C-GET there, or set rest or dicomweb");
        assertThatThrownBy(() -> archive.check(copy("1.9"), SERIES, Level.CONTENT))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_study_without_end_is_not_listed_to_its_end() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try {
            lists(server, "/studies/1.9/series", "0020000E", "1.9.", 3);
            IntStream.range(0, 3)
                    .forEach(i -> lists(
                            server,
                            "/studies/1.9/series/1.9." + i + "/instances",
                            "00080018",
                            "1.9." + i + ".",
                            40_000));
            server.start();
            URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            Archive web = new DicomWebArchive(
                    url, WebAccess.of(Optional.empty(), Duration.ofSeconds(5)), new VerifierTest.FakeCopies());
            assertThatThrownBy(() -> web.study(copy("1.9")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("more than 100000 instances of one study");
        } finally {
            server.stop(0);
        }
    }

    /** The server answers with so many UIDs, all on the first page. */
    private static void lists(HttpServer server, String path, String tag, String prefix, int count) {
        server.createContext(path, exchange -> {
            boolean first = exchange.getRequestURI().getQuery().endsWith("offset=0");
            byte[] body = IntStream.range(0, first ? count : 0)
                    .mapToObj(i -> "{\"" + tag + "\":{\"Value\":[\"" + prefix + i + "\"]}}")
                    .collect(Collectors.joining(",", "[", "]"))
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @Test
    void what_cannot_be_asked_for_is_not_missing() throws Exception {
        Copy without = copy("");
        Optional<String> name = archive.study(without).name(without.instance().sopInstance());
        assertThat(name).contains("");
        assertThat(archive.check(without, "", Level.CONTENT).state()).isEqualTo(CopyState.UNVERIFIABLE);
        // A series that cannot be listed: the instance is asked for by itself.
        assertThat(found("", Level.PRESENCE)).isEqualTo(CopyState.UNVERIFIABLE);
        peer.sends = DATASET;
        assertThat(found("", Level.CONTENT)).isEqualTo(CopyState.VERIFIED);
    }

    private static final class FakePeer implements QueryRetrieve {

        private Map<Uid, Uid> lists = Map.of();
        private byte[] sends = {};
        private TransferSyntax stores = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        private int status;
        private boolean accepts = true;
        private boolean down;
        private final List<Collection<TransferSyntax>> asked = new ArrayList<>();
        private final List<String> calling = new ArrayList<>();

        private void answer(AeTitle title) throws AssociationException {
            calling.add(title.value());
            if (down) {
                throw new AssociationException(AssociationException.Cause.CONNECT, "no answer", null);
            }
        }

        @Override
        public Map<Uid, Uid> instances(Peer peer, AeTitle title, Uid study) throws AssociationException {
            answer(title);
            return lists;
        }

        @Override
        public Retrieved cGet(
                Peer peer,
                AeTitle title,
                UniqueKeys instance,
                Uid sopClass,
                Collection<TransferSyntax> transferSyntaxes,
                Receiver receiver)
                throws AssociationException, IOException {
            answer(title);
            asked.add(transferSyntaxes);
            if (!accepts) {
                return new Retrieved(Outcome.NOT_ACCEPTED, 0);
            }
            if (sends.length == 0 || !transferSyntaxes.contains(stores)) {
                return new Retrieved(Outcome.NOT_SENT, status);
            }
            receiver.take(stores, new ByteArrayInputStream(sends));
            return new Retrieved(Outcome.SENT, 0);
        }
    }
}
