package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.dicom.RawPeer.CT;
import static org.dicomgateway.dicom.RawPeer.VERIFICATION;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.RawPeer.Pdu;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds what the command {@code conformance} prints against what is seen on the wire. */
class ConformanceIT {

    private static final String UNKNOWN_SYNTAX = "1.2.826.0.1.3680043.2.1125.77";
    private static final int AT_ONCE = 100;

    @TempDir
    private static Path directory;

    private static GatewayProcess gateway;
    private static ServerSocket destination;
    private static JsonNode statement;

    @BeforeAll
    static void start() throws IOException {
        destination = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        destination.setSoTimeout(20_000);
        gateway = new GatewayProcess(directory)
                .broadcastTo(new Peer(AeTitle.of("ARCHIVE"), "127.0.0.1", destination.getLocalPort()))
                .start();
        statement = JsonMapper.shared()
                .readTree(
                        gateway.ask("conformance", "--format", "json").orFail().output());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        destination.close();
    }

    /** The rows of the first table under a heading. */
    private static List<List<String>> table(String heading) {
        JsonNode section = statement
                .path("sections")
                .valueStream()
                .filter(each -> each.path("heading").asString().endsWith(heading))
                .findFirst()
                .orElseThrow();
        return section.path("blocks")
                .valueStream()
                .filter(each -> each.has("rows"))
                .findFirst()
                .orElseThrow()
                .path("rows")
                .valueStream()
                .map(row -> row.valueStream().map(JsonNode::asString).toList())
                .toList();
    }

    private static List<String> column(String heading, int column) {
        return table(heading).stream().map(row -> row.get(column)).toList();
    }

    private static String value(String item) {
        return table("Implementation identifying information").stream()
                .filter(row -> row.get(0).equals(item))
                .map(row -> row.get(1))
                .findFirst()
                .orElseThrow();
    }

    private static RawPeer connect() throws IOException {
        return RawPeer.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), gateway.peer().port()));
    }

    private static String called() {
        return gateway.peer().aeTitle().value();
    }

    /** An item of an association request or answer (PS3.8 9.3.2). */
    private static final class Item {

        private final int type;
        private final byte[] value;

        private Item(int type, byte[] value) {
            this.type = type;
            this.value = value;
        }

        int type() {
            return type;
        }

        byte[] value() {
            return value;
        }

        String text() {
            return new String(value, StandardCharsets.ISO_8859_1).trim();
        }

        static List<Item> in(byte[] bytes, int from) {
            List<Item> items = new ArrayList<>();
            ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
            while (in.remaining() >= 4) {
                int type = Byte.toUnsignedInt(in.get());
                in.get();
                byte[] value = new byte[Short.toUnsignedInt(in.getShort())];
                in.get(value);
                items.add(new Item(type, value));
            }
            return items;
        }
    }

    private static List<Item> itemsOf(Pdu pdu) {
        return Item.in(pdu.body(), 68);
    }

    private static List<Item> userInformation(Pdu pdu) {
        return itemsOf(pdu).stream()
                .filter(item -> item.type() == 0x50)
                .flatMap(item -> Item.in(item.value(), 0).stream())
                .toList();
    }

    private static void identifies(Pdu pdu, int maxPdu) {
        assertThat(itemsOf(pdu))
                .filteredOn(item -> item.type() == 0x10)
                .extracting(Item::text)
                .containsExactly(value("Application Context Name"));
        assertThat(userInformation(pdu))
                .filteredOn(item -> item.type() == 0x52)
                .extracting(Item::text)
                .containsExactly(value("Implementation Class UID"));
        assertThat(userInformation(pdu))
                .filteredOn(item -> item.type() == 0x55)
                .extracting(Item::text)
                .containsExactly(value("Implementation Version Name"));
        assertThat(userInformation(pdu))
                .filteredOn(item -> item.type() == 0x51)
                .extracting(item -> ByteBuffer.wrap(item.value()).getInt())
                .containsExactly(maxPdu);
        assertThat(userInformation(pdu))
                .extracting(Item::type)
                .as("no asynchronous window, no extended negotiation, no user identity")
                .isSubsetOf(0x51, 0x52, 0x55);
    }

    /** The last column of the first row. */
    private static int pduLength(String heading) {
        List<String> row = table(heading).get(0);
        return Integer.parseInt(row.get(row.size() - 1).replace(" bytes", ""));
    }

    @Test
    void every_storage_class_of_the_statement_and_private_ones_are_accepted_in_the_first_syntax() throws Exception {
        List<String> classes = new ArrayList<>(column("Storage SOP classes", 1));
        classes.add("1.2.826.0.1.3680043.2.1125.99.1");
        assertThat(classes).hasSizeGreaterThan(150).contains(CT);
        for (int from = 0; from < classes.size(); from += AT_ONCE) {
            String[] some = classes.subList(from, Math.min(classes.size(), from + AT_ONCE))
                    .toArray(String[]::new);
            try (RawPeer sender = connect()) {
                sender.send(
                        RawPeer.RQ,
                        RawPeer.associateRq(called(), "CT1", List.of(UNKNOWN_SYNTAX, RawPeer.IMPLICIT), some));
                Pdu answer = sender.receive();
                assertThat(answer.type()).isEqualTo(RawPeer.AC);
                assertThat(itemsOf(answer))
                        .filteredOn(item -> item.type() == 0x21)
                        .hasSize(some.length)
                        .allMatch(item -> item.value()[2] == 0)
                        .allMatch(item -> Item.in(item.value(), 4).get(0).text().equals(UNKNOWN_SYNTAX));
                identifies(answer, pduLength("Listeners"));
            }
        }
    }

    @Test
    void what_the_statement_does_not_name_is_refused_and_storage_commitment_too() throws Exception {
        try (RawPeer sender = connect()) {
            Pdu answer = sender.associate(
                    called(), "CT1", "1.2.840.10008.1.20.1", "1.2.840.10008.5.1.4.1.2.2.2", VERIFICATION);
            assertThat(itemsOf(answer))
                    .filteredOn(item -> item.type() == 0x21)
                    .extracting(item -> (int) item.value()[2])
                    .containsExactly(3, 3, 0);
        }
    }

    @Test
    void the_statuses_are_those_of_the_statement() throws Exception {
        byte[] dataset = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00080016, "UI", CT + "\0")
                .text(0x00080018, "UI", "1.2.3.4\0")
                .toByteArray();
        assertThat(status(RawPeer.storeRq(1, CT, "1.2.3.4"), 1, dataset)).isEqualTo("0x0000");
        assertThat(status(RawPeer.storeRq(1, CT, "1.2.3.5"), 1, dataset)).isEqualTo("0xA900");
        assertThat(status(RawPeer.storeRq(1, CT, "1.2.3.4"), 1, new byte[] {1, 2, 3}))
                .isEqualTo("0xC000");
        assertThat(status(RawPeer.storeRq(1, CT, "1.2.3.4"), 3, dataset)).isEqualTo("0x0122");
        assertThat(status(RawPeer.command(0x0020, 1, true, CT, ""), 1, dataset)).isEqualTo("0x0211");
    }

    private static String status(byte[] command, int context, byte[] dataset) throws IOException {
        try (RawPeer sender = connect()) {
            assertThat(sender.associate(called(), "CT1", CT, VERIFICATION).type())
                    .isEqualTo(RawPeer.AC);
            sender.sendPdv(context, true, true, command);
            sender.sendPdv(context, false, true, dataset);
            String status = String.format("0x%04X", sender.receive().status());
            assertThat(column("Answers to requests", 0)).contains(status);
            return status;
        }
    }

    @Test
    void the_rejections_are_those_of_the_statement() throws Exception {
        byte[] good = RawPeer.associateRq(called(), "CT1", List.of(RawPeer.IMPLICIT), CT);
        assertThat(rejection(RawPeer.associateRq("NOBODY", "CT1", List.of(RawPeer.IMPLICIT), CT)))
                .isEqualTo("1/1/7");
        assertThat(rejection(RawPeer.associateRq(called(), "", List.of(RawPeer.IMPLICIT), CT)))
                .isEqualTo("1/1/3");
        assertThat(rejection(RawPeer.associateRq(64, called(), "CT1", List.of(RawPeer.IMPLICIT), CT)))
                .isEqualTo("1/2/1");
        byte[] version = good.clone();
        version[1] = 2;
        assertThat(rejection(version)).isEqualTo("1/2/2");
        byte[] application = good.clone();
        application[72] = '9';
        assertThat(rejection(application)).isEqualTo("1/1/2");
    }

    private static String rejection(byte[] request) throws IOException {
        try (RawPeer sender = connect()) {
            sender.send(RawPeer.RQ, request);
            Pdu answer = sender.receive();
            assertThat(answer.type()).isEqualTo(RawPeer.RJ);
            String code = answer.body()[1] + "/" + answer.body()[2] + "/" + answer.body()[3];
            assertThat(column("Rejected associations", 0)).contains(code);
            return code;
        }
    }

    @Test
    void destinations_are_proposed_what_the_statement_says() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 3);
        Dcmtk.storescu(
                        gateway.peer(),
                        AeTitle.of("CT1"),
                        List.of(files.single(500).path()))
                .orFail();
        boolean storage = false;
        while (!storage) {
            // Verification comes in between.
            try (RawPeer archive = new RawPeer(destination.accept())) {
                Pdu request = archive.receive();
                assertThat(request.type()).isEqualTo(RawPeer.RQ);
                identifies(request, pduLength("Destinations"));
                List<List<Item>> contexts = itemsOf(request).stream()
                        .filter(item -> item.type() == 0x20)
                        .map(item -> Item.in(item.value(), 4))
                        .toList();
                assertThat(contexts)
                        .isNotEmpty()
                        .allSatisfy(context -> assertThat(context)
                                .extracting(Item::type)
                                .as("one transfer syntax for each")
                                .containsExactly(0x30, 0x40));
                storage = contexts.stream()
                        .flatMap(context -> Stream.of(context.get(0).text()))
                        .anyMatch(syntax -> !syntax.equals(VERIFICATION));
            }
        }
    }
}
