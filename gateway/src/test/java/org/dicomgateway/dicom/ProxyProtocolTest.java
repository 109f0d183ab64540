package org.dicomgateway.dicom;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The header by which load balancers say whose connection they pass on, byte by byte. */
@Timeout(60)
class ProxyProtocolTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int PROXY = 0x21;
    private static final int LOCAL = 0x20;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final String BALANCER = "127.0.0.7";

    private final List<String> hosts = Collections.synchronizedList(new ArrayList<>());
    private final List<RefusedPeer> refused = Collections.synchronizedList(new ArrayList<>());
    private final List<String> notSecured = Collections.synchronizedList(new ArrayList<>());
    private final LogLines log = new LogLines(Acceptor.class.getPackageName());
    private final List<AutoCloseable> opened = new ArrayList<>();

    private final AssociationPolicy policy = new AssociationPolicy() {
        @Override
        public AssociationAnswer answer(AssociationRequest request) {
            hosts.add(request.origin().remoteHost());
            return Admission.UNLIMITED;
        }

        @Override
        public boolean isProxy(String remoteHost) {
            return remoteHost.equals(BALANCER);
        }

        @Override
        public void notSecured(String remoteHost, String why) {
            notSecured.add(remoteHost);
        }

        @Override
        public void refused(RefusedPeer peer, boolean logged) {
            refused.add(peer);
        }
    };

    @AfterEach
    void close() throws Exception {
        log.close();
        for (AutoCloseable open : opened) {
            open.close();
        }
    }

    @Test
    void the_address_of_the_header_is_the_peers_over_IPv4_and_IPv6_and_what_follows_it_is_skipped() throws Exception {
        Acceptor acceptor = start(Limits.acceptor());
        assertThat(associate(acceptor, header(PROXY, TCP4, v4("10.1.2.3")))).isEqualTo(RawPeer.AC);
        byte[] more = Arrays.copyOf(v4("10.1.2.4"), 12 + 3_000);
        assertThat(associate(acceptor, header(PROXY, TCP4, more))).isEqualTo(RawPeer.AC);
        assertThat(associate(acceptor, header(PROXY, TCP6, v6("2001:db8::7")))).isEqualTo(RawPeer.AC);
        assertThat(associate(acceptor, header(PROXY, TCP6, mapped(10, 1, 2, 5))))
                .isEqualTo(RawPeer.AC);
        assertThat(hosts).containsExactly("10.1.2.3", "10.1.2.4", "2001:db8:0:0:0:0:0:7", "10.1.2.5");
        assertThat(log.all()).anyMatch(line -> line.startsWith("MODALITY@10.1.2.3#1: accepted"));
    }

    @Test
    void a_header_that_drips_is_read_as_one() throws Exception {
        Acceptor acceptor = start(Limits.acceptor());
        try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER))) {
            for (byte one : header(PROXY, TCP4, v4("10.1.2.3"))) {
                peer.sendRaw(new byte[] {one});
            }
            assertThat(peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
        }
        assertThat(hosts).containsExactly("10.1.2.3");
    }

    @Test
    void a_balancer_that_speaks_for_itself_has_its_own_address_and_its_checks_leave_no_line() throws Exception {
        Acceptor acceptor = start(Limits.acceptor());
        assertThat(associate(acceptor, header(LOCAL, 0, new byte[0]))).isEqualTo(RawPeer.AC);
        assertThat(associate(acceptor, header(LOCAL, TCP4, v4("10.1.2.3")))).isEqualTo(RawPeer.AC);
        assertThat(hosts).containsExactly(BALANCER, BALANCER);
        int lines = log.all().size();
        try (RawPeer check = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER))) {
            check.sendRaw(header(LOCAL, 0, new byte[0]));
        }
        RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER)).close();
        await().atMost(SOON).until(() -> acceptor.openAssociations() == 0);
        assertThat(log.all().stream().skip(lines).filter(line -> !line.contains("C-STORE")))
                .isEmpty();
        assertThat(refused).isEmpty();
    }

    @Test
    void nobody_else_may_choose_an_address() throws Exception {
        Acceptor acceptor = start(Limits.acceptor());
        try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName("127.0.0.8"))) {
            peer.sendRaw(header(PROXY, TCP4, v4("10.1.2.3")));
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        await().atMost(SOON).until(() -> refused.size() == 1);
        assertThat(refused.get(0).remoteHost()).isEqualTo("127.0.0.8");
        assertThat(refused.get(0).code()).isEqualTo(RefusedPeer.PROXY);
        assertThat(notSecured).containsExactly("127.0.0.8");
        assertThat(log.all())
                .anyMatch(line -> line.startsWith("?@127.0.0.8#1: refused: it sends a PROXY protocol header"));
        try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName("127.0.0.8"))) {
            assertThat(peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
        }
        assertThat(hosts).containsExactly("127.0.0.8");
    }

    static Stream<Arguments> wrong_headers() {
        byte[] whole = header(PROXY, TCP4, v4("10.1.2.3"));
        byte[] otherVersion = whole.clone();
        otherVersion[12] = 0x11;
        byte[] otherCommand = whole.clone();
        otherCommand[12] = 0x22;
        byte[] almost = whole.clone();
        almost[11] = 0x0B;
        byte[] associateRq = new byte[100];
        associateRq[0] = 1;
        return Stream.of(
                Arguments.of(associateRq, "sends no PROXY protocol header"),
                Arguments.of(
                        "PROXY TCP4 10.1.2.3 10.0.0.1 4000 104\r\n".getBytes(StandardCharsets.US_ASCII), "version 1"),
                Arguments.of("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "sends no PROXY"),
                Arguments.of(almost, "sends no PROXY protocol header"),
                Arguments.of(otherVersion, "not of version 2"),
                Arguments.of(otherCommand, "unknown command"),
                Arguments.of(header(PROXY, 0x12, v4("10.1.2.3")), "not for TCP"),
                Arguments.of(header(PROXY, 0x31, new byte[216]), "not for TCP"),
                Arguments.of(header(PROXY, 0, new byte[0]), "not for TCP"),
                Arguments.of(header(PROXY, TCP4, new byte[11]), "too short"),
                Arguments.of(header(PROXY, TCP6, v4("10.1.2.3")), "too short"),
                Arguments.of(Arrays.copyOf(whole, 1), "broke off"),
                Arguments.of(Arrays.copyOf(whole, 14), "broke off"),
                Arguments.of(Arrays.copyOf(whole, 18), "broke off"),
                Arguments.of(Arrays.copyOf(whole, 25), "broke off"));
    }

    @ParameterizedTest
    @MethodSource("wrong_headers")
    void a_wrong_header_is_refused_and_the_log_says_why(byte[] header, String why) throws Exception {
        Acceptor acceptor = start(Limits.acceptor());
        try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER))) {
            peer.sendRaw(header);
            peer.socket().shutdownOutput();
            assertThat(peer.isClosedByPeer()).isTrue();
        }
        await().atMost(SOON).until(() -> refused.size() == 1);
        assertThat(refused.get(0).code()).isEqualTo(RefusedPeer.PROXY);
        assertThat(refused.get(0).remoteHost()).isEqualTo(BALANCER);
        assertThat(refused.get(0).reason()).contains(why);
        assertThat(log.all()).anyMatch(line -> line.contains("refused: ") && line.contains(why));
        assertThat(hosts).isEmpty();
    }

    @Test
    void a_slow_header_and_a_long_one_that_does_not_come_end_with_the_time_for_the_request() throws Exception {
        Acceptor acceptor = start(Limits.requestTimeout(ofMillis(300)));
        byte[] longest = Arrays.copyOf(header(PROXY, TCP4, Arrays.copyOf(v4("10.1.2.3"), 0xFFFF)), 2_000);
        for (byte[] begin : List.of(Arrays.copyOf(SIGNATURE, 5), longest)) {
            try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER))) {
                peer.sendRaw(begin);
                assertThat(peer.isClosedByPeer()).isTrue();
            }
        }
        await().atMost(SOON).until(() -> refused.size() == 2);
        assertThat(refused).allSatisfy(peer -> assertThat(peer.reason()).contains("not complete in time"));
    }

    @Test
    void the_limit_of_one_host_counts_who_is_behind_the_balancer_not_the_balancer() throws Exception {
        Acceptor acceptor = start(Limits.maxAssociationsPerHost(20, 2));
        for (String host : List.of("10.1.2.3", "10.1.2.3", "10.1.2.4", "10.1.2.5")) {
            RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER));
            opened.add(0, peer);
            peer.sendRaw(header(PROXY, TCP4, v4(host)));
            assertThat(peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type()).isEqualTo(RawPeer.AC);
        }
        assertThat(associate(acceptor, header(PROXY, TCP4, v4("10.1.2.3")))).isEqualTo(RawPeer.RJ);
        await().atMost(SOON).until(() -> refused.size() == 1);
        assertThat(refused.get(0).reason()).contains("10.1.2.3 are in use");
        assertThat(acceptor.openAssociations()).isEqualTo(4);
    }

    private Acceptor start(AcceptorSettings settings) throws IOException {
        Acceptor acceptor = Acceptors.of(settings, policy, request -> {
            throw new IOException("nothing is sent here");
        });
        opened.add(acceptor);
        acceptor.start();
        return acceptor;
    }

    /** From the balancer: a header, and a request behind it in one piece; the type of the answer. */
    private static int associate(Acceptor acceptor, byte[] header) throws IOException {
        try (RawPeer peer = RawPeer.connect(acceptor.address(), InetAddress.getByName(BALANCER))) {
            peer.sendRaw(header);
            return peer.associate("GATEWAY", "MODALITY", RawPeer.CT).type();
        }
    }

    private static byte[] header(int command, int family, byte[] rest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(command);
        out.write(family);
        out.write(rest.length >> 8);
        out.write(rest.length);
        out.writeBytes(rest);
        return out.toByteArray();
    }

    private static byte[] v4(String source) {
        return addresses(source, "10.0.0.1");
    }

    private static byte[] v6(String source) {
        return addresses(source, "2001:db8::1");
    }

    /** An IPv4 address within an IPv6 address. */
    private static byte[] mapped(int... address) {
        ByteBuffer out = ByteBuffer.allocate(36).put(new byte[10]).putShort((short) 0xFFFF);
        for (int part : address) {
            out.put((byte) part);
        }
        return out.array();
    }

    private static byte[] addresses(String source, String destination) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(InetAddress.getByName(source).getAddress());
            out.writeBytes(InetAddress.getByName(destination).getAddress());
            out.writeBytes(ByteBuffer.allocate(4)
                    .putShort((short) 40_000)
                    .putShort((short) 104)
                    .array());
            return out.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
