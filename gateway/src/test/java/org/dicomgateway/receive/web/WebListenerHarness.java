package org.dicomgateway.receive.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.receive.AccessControl;
import org.dicomgateway.receive.AssociationGate;
import org.dicomgateway.receive.IdentityCheck;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.testkit.Elements;

/** A listener that keeps what it receives in memory, and what tests send to it. */
final class WebListenerHarness implements AutoCloseable {

    static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    static final String BOUNDARY = "sea-rose";
    static final Duration TIMEOUT = Duration.ofSeconds(1);
    static final PeerLimits UNLIMITED = PeerLimits.UNLIMITED;

    /** The datasets that were stored, by SOP Instance UID. */
    final Map<String, byte[]> stored = new ConcurrentHashMap<>();

    private final Telemetry telemetry = new Telemetry();
    private final WebListener listener;
    final RejectedSenders rejected = new RejectedSenders(telemetry.forwardLog(), InstantSource.system());

    /** Why the spool takes nothing; null: it takes. */
    volatile String closed = "";

    volatile CStoreScp scp = this::keep;

    WebListenerHarness(ListenerSettings.Web web, int connections, AccessRule... access) throws IOException {
        this(web, connections, TIMEOUT, access);
    }

    /** @param timeout how long a sender may pause while it sends, or reads its answer */
    WebListenerHarness(ListenerSettings.Web web, int connections, Duration timeout, AccessRule... access)
            throws IOException {
        this(web, connections, timeout, Optional.empty(), new TlsContexts(InstantSource.system()), access);
    }

    /** Over TLS, for as many senders as a test has. */
    WebListenerHarness(ListenerSettings.Web web, ServerTls tls, TlsContexts contexts) throws IOException {
        this(web, 20, Duration.ofSeconds(20), Optional.of(tls), contexts);
    }

    private WebListenerHarness(
            ListenerSettings.Web web,
            int connections,
            Duration timeout,
            Optional<ServerTls> tls,
            TlsContexts contexts,
            AccessRule... access)
            throws IOException {
        AcceptorSettings acceptor = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                connections,
                OptionalInt.empty(),
                TIMEOUT,
                TIMEOUT.multipliedBy(2),
                timeout,
                OptionalLong.of(1_000),
                timeout,
                1 << 17,
                tls);
        ListenerSettings settings = new ListenerSettings(
                "web",
                Set.of(AeTitle.of("GATEWAY")),
                acceptor,
                RateLimit.UNLIMITED,
                access.length == 0 ? List.of(AccessRule.anybody(List.of(), UNLIMITED)) : List.of(access),
                List.of(),
                Optional.of(web));
        InstantSource clock = InstantSource.system();
        AssociationGate gate = new AssociationGate(
                settings.aeTitles(),
                new AccessControl(settings, IdentityCheck.VERIFIED_BEFORE, clock),
                new SwitchedIntake(),
                rejected);
        listener = new WebListener(settings, contexts, gate, request -> scp.cStore(request), clock);
        listener.start();
    }

    static ListenerSettings.Web open() {
        return new ListenerSettings.Web(AeTitle.of("WEB"), 10, Map.of(), Optional.empty());
    }

    CStoreScp.CStoreResponse keep(CStoreScp.CStoreRequest request) throws IOException {
        stored.put(request.sopInstance().value(), request.dataset().readAllBytes());
        return CStoreScp.CStoreResponse.SUCCESS;
    }

    int port() {
        return listener.address().getPort();
    }

    WebListener listener() {
        return listener;
    }

    static byte[] dataset(String uid, int size) {
        return new Elements()
                .text(0x0008, 0x0016, "UI", CT.value())
                .text(0x0008, 0x0018, "UI", uid)
                .text(0x0020, 0x000d, "UI", "1.2.3")
                .bytes(0x7fe0, 0x0010, "OW", new byte[size])
                .toDataset();
    }

    /** An instance as a DICOM file. */
    static byte[] instance(String uid, int size) {
        Elements elements = new Elements()
                .text(0x0008, 0x0016, "UI", CT.value())
                .text(0x0008, 0x0018, "UI", uid)
                .text(0x0020, 0x000d, "UI", "1.2.3")
                .bytes(0x7fe0, 0x0010, "OW", new byte[size]);
        return elements.toPart10(CT, Uid.of(uid), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }

    static byte[] body(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(("--" + BOUNDARY + "\r\nContent-Type: application/dicom\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(part);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    HttpResponse<String> post(byte[] body, String... headers) throws IOException, InterruptedException {
        return post("/dicom-web/studies", body, headers);
    }

    HttpResponse<String> post(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        boolean typed = false;
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
            typed |= headers[i].equals("Content-Type");
        }
        if (!typed) {
            request.setHeader("Content-Type", type());
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static String type() {
        return "multipart/related; type=\"application/dicom\"; boundary=" + BOUNDARY;
    }

    /** The head of a request with this content length, or another field in its place. */
    static String head(String field) {
        return "POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type() + "\r\n" + field
                + "\r\n\r\n";
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends these bytes, and reads until the listener closes the connection. */
    String raw(byte[]... pieces) throws IOException {
        try (Socket socket = connect()) {
            for (byte[] piece : pieces) {
                socket.getOutputStream().write(piece);
            }
            return rest(socket);
        }
    }

    /** What comes until the connection is closed or reset. */
    static String rest(Socket socket) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                out.write(b);
            }
        } catch (IOException e) {
            out.writeBytes(("<" + e.getMessage() + ">").getBytes(StandardCharsets.UTF_8));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        listener.close();
        telemetry.close();
    }

    private final class SwitchedIntake implements Intake {
        @Override
        public Optional<String> closedBecause() {
            return Optional.of(closed).filter(why -> !why.isEmpty());
        }

        @Override
        public Accepted accept(Arrival arrival, InputStream dataset) {
            throw new IllegalStateException("the test keeps what is stored");
        }
    }
}
