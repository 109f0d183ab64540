package org.dicomgateway.forward.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.config.settings.RestSettings.Login;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.web.HostileWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of DICOMweb servers as the standard has them, as real servers give them, and as none should. */
@Timeout(60)
class StowConnectorTest {

    static final AeTitle US = AeTitle.of("GATEWAY");
    static final Uid SOP = Uid.of("1.2.3.4.5");
    static final PresentationPair PAIR =
            new PresentationPair(Uid.of("1.2.840.10008.5.1.4.1.1.7"), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    static final String JSON = "application/dicom+json";
    static final String STORED = """
            {"00081199":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2.3.4.5"]}}]}}""";
    private static final String FAILED = """
            {"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2.3.4.5"]},
            "00081197":{"vr":"US","Value":[%d]}}]}}""";
    private static final String SECRET = "not-to-be-seen";

    @TempDir
    private Path directory;

    private HostileWebServer server;
    private HeldCopy.Kind held = HeldCopy.Kind.UNKNOWN;

    @BeforeEach
    void start() throws IOException {
        server = new HostileWebServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private StowConnector connector(DicomWebSettings web) {
        DestinationSettings destination = Destinations.web("web", web);
        return new StowConnector(
                destination,
                WebAccess.to(destination, new TlsContexts(InstantSource.system())),
                destination.requestor(),
                (to, claim, sentAs) -> new HeldCopy.Answer(held, "as the test says"),
                InstantSource.system());
    }

    private StowConnector connector(WhenExists whenExists) {
        return connector(
                Destinations.dicomWeb(server.url("/dicom-web"), Optional.empty(), Optional.empty(), whenExists));
    }

    static Claim claim(long length) {
        Instance instance = new Instance(
                1,
                PAIR.sopClass(),
                SOP,
                PAIR.transferSyntax(),
                "1.2.3",
                "1.2.3.4",
                "",
                "",
                "CT",
                new Origin(AeTitle.of("MODALITY"), US, "127.0.0.1"),
                Instant.EPOCH,
                length);
        return new Claim(1, instance, "route", 0, "web", 0);
    }

    /** Sends one instance, and waits for its answer. */
    static Outcome store(StoreConnection connection, Claim claim, Outgoing outgoing) throws Exception {
        connection.begin(claim, outgoing);
        StoreConnection.Answer answer = connection.next();
        assertThat(answer.claim()).isEqualTo(claim);
        return answer.outcome();
    }

    private static Outcome store(StowConnector connector, long length, InputStream dataset) throws Exception {
        try (StoreConnection connection = connector.open(US, List.of(PAIR))) {
            return store(connection, claim(length), new Outgoing(PAIR, SOP, length, dataset, Optional.empty()));
        }
    }

    private static Outcome store(StowConnector connector) throws Exception {
        byte[] dataset = new byte[1000];
        new Random(1).nextBytes(dataset);
        return store(connector, dataset.length, new ByteArrayInputStream(dataset));
    }

    private static AssociationException failure(StowConnector connector) {
        return catchThrowableOfType(AssociationException.class, () -> store(connector));
    }

    @Test
    void a_request_is_one_part_10_file_byte_for_byte_and_a_repeat_is_the_same() throws Exception {
        server.answers(200, JSON, STORED);
        byte[] dataset = new byte[300_001];
        new Random(1).nextBytes(dataset);
        StowConnector connector = connector(WhenExists.COMPARE);

        assertThat(store(connector, dataset.length, new ByteArrayInputStream(dataset)))
                .isEqualTo(new Delivered(0));
        store(connector, Outgoing.UNKNOWN, new ByteArrayInputStream(dataset));

        HostileWebServer.Request request = server.requests().get(0);
        assertThat(request.method() + " " + request.path()).isEqualTo("POST /dicom-web/studies");
        assertThat(request.contentType()).startsWith("multipart/related; type=\"application/dicom\"; boundary=");
        String boundary = request.contentType().replaceAll(".*boundary=", "");
        String body = request.body();
        String start = "--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n";
        String end = "\r\n--" + boundary + "--\r\n";
        assertThat(body).startsWith(start).endsWith(end).doesNotContain("MODALITY");
        byte[] file =
                body.substring(start.length(), body.length() - end.length()).getBytes(ISO_8859_1);
        assertThat(Arrays.copyOfRange(file, 128, 132)).isEqualTo("DICM".getBytes(ISO_8859_1));
        int meta = file.length - dataset.length;
        assertThat(org.dicomgateway.dicom.dataset.Part10.read(new ByteArrayInputStream(file))
                        .datasetOffset())
                .isEqualTo(meta);
        assertThat(Arrays.copyOfRange(file, meta, file.length)).isEqualTo(dataset);
        assertThat(server.requests().get(1).body()).isEqualTo(request.body());
    }

    @ParameterizedTest
    @ValueSource(longs = {40_000_000, Outgoing.UNKNOWN})
    void a_damaged_instance_never_becomes_a_whole_request(long length) throws Exception {
        server.answers(200, JSON, STORED);
        long real = 40_000_000;
        InputStream damaged = new Zeros(real, new AtomicLong(), true);

        assertThatThrownBy(() -> store(connector(WhenExists.COMPARE), length, damaged))
                .isInstanceOf(DamagedInstanceException.class);

        await().atMost(Duration.ofSeconds(10)).until(() -> !server.requests().isEmpty());
        assertThat(server.requests()).noneMatch(HostileWebServer.Request::whole);
    }

    @Test
    void only_as_much_is_read_as_the_server_takes_and_one_that_takes_no_more_is_given_up() throws Exception {
        AtomicLong read = new AtomicLong();
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/");
            StowConnector connector =
                    connector(Destinations.dicomWeb(url, Optional.empty(), Optional.empty(), WhenExists.COMPARE));

            AssociationException failure = catchThrowableOfType(
                    AssociationException.class, () -> store(connector, 1L << 40, new Zeros(1L << 40, read, false)));

            assertThat(failure.reason()).isEqualTo(Cause.TIMEOUT);
            assertThat(read.get()).isBetween(100_000L, 30_000_000L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, 42752, Refused, 0xA700 out of resources",
        "202, 43264, Refused, 0xA900",
        "400, 49152, Refused, 0xC000 cannot understand",
        "409, 272, Refused, 0x0110",
        "200, 290, Impossible, 0x0122 SOP class not supported",
        "202, 49442, Impossible, 0xC122 transfer syntax not supported",
        "200, 45063, Refused, failed with the reason 0xB007",
        "409, 45071, Refused, failed with the reason 0xB00F",
        "200, 292, Refused, 0x0124 not authorized",
    })
    void the_reason_of_the_instance_counts_whatever_the_status_is(int status, int reason, String kind, String why)
            throws Exception {
        server.answers(status, JSON, FAILED.formatted(reason));
        held = HeldCopy.Kind.ABSENT;

        Outcome outcome = store(connector(WhenExists.COMPARE));

        assertThat(outcome.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(outcome.reason()).contains(why);
        assertThat(outcome.status()).isEqualTo(reason);
    }

    @Test
    void a_warning_is_a_delivery_and_a_failure_beside_a_success_is_none() throws Exception {
        String warned = STORED.replace("\"]}}", "\"]},\"00081196\":{\"vr\":\"US\",\"Value\":[45056]}}");
        server.answers(202, JSON, warned);
        assertThat(store(connector(WhenExists.COMPARE))).isEqualTo(new Delivered(0xB000));

        String both =
                STORED.strip().replaceAll("}$", ",") + FAILED.formatted(0xA700).substring(1);
        server.answers(200, JSON, both);
        assertThat(store(connector(WhenExists.COMPARE))).isInstanceOf(Refused.class);

        server.answers(200, JSON, "{\"0008119A\":{\"vr\":\"SQ\",\"Value\":[{}]}}");
        assertThat(store(connector(WhenExists.COMPARE)).reason()).contains("gives no Failure Reason");
    }

    @Test
    void DICOM_XML_is_read_too() throws Exception {
        String xml = """
                <?xml version="1.0"?>
                <NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
                <DicomAttribute tag="%s" vr="SQ"><Item number="1">
                <DicomAttribute tag="00081155" vr="UI"><Value number="1">1.2.3.4.5</Value></DicomAttribute>
                <DicomAttribute tag="00081197" vr="US"><Value number="1">42752</Value></DicomAttribute>
                </Item></DicomAttribute></NativeDicomModel>
                """;
        server.answers(200, "application/dicom+xml; charset=utf-8", xml.formatted("00081199"));
        assertThat(store(connector(WhenExists.COMPARE))).isEqualTo(new Delivered(0));
        server.answers(200, "application/dicom+xml", xml.formatted("00081198"));
        assertThat(store(connector(WhenExists.COMPARE))).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | text/html              | <html>stored</html>",
                "200 | application/dicom+json | not JSON",
                "200 | application/dicom+json | {}",
                "204 | application/dicom+json | ''",
                "202 | application/dicom+json | []",
                "200 | application/dicom+json | {\"00081199\":{\"Value\":[{\"00081155\":{\"Value\":[\"1.2.3.4.6\"]}}]}}",
                "500 | application/dicom+json | {\"00081199\":{\"Value\":[{\"00081155\":{\"Value\":[\"1.2.3.4.5\"]}}]}}",
                "200 | application/dicom+xml  | <!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
            })
    void an_answer_that_does_not_say_that_the_instance_is_stored_is_none(int status, String type, String body) {
        server.answers(status, type, body);

        AssociationException failure = failure(connector(WhenExists.COMPARE));

        assertThat(failure.reason()).isEqualTo(Cause.PROTOCOL);
        assertThat(failure).hasMessageContaining("without saying");
    }

    @Test
    void a_huge_answer_is_cut_and_is_none() {
        server.answers(200, JSON, " ".repeat(5_000_000) + STORED);

        assertThat(failure(connector(WhenExists.COMPARE)).reason()).isEqualTo(Cause.PROTOCOL);
    }

    @ParameterizedTest
    @CsvSource({
        "400, Refused, HTTP 400", "403, Refused, check its permissions", "413, Impossible, too large",
        "415, Impossible, transfer syntax", "500, Refused, HTTP 500", "507, Refused, insufficient storage",
    })
    void statuses_that_concern_the_instance(int status, String kind, String why) throws Exception {
        server.answers(status, "text/plain", "no");

        Outcome outcome = store(connector(WhenExists.COMPARE));

        assertThat(outcome.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(outcome.reason()).contains(why);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 406, 408, 501, 503, 301, 302, 307, 308})
    void statuses_that_concern_the_server(int status) throws Exception {
        try (HostileWebServer elsewhere = new HostileWebServer()) {
            server.behaviour = exchange -> {
                exchange.getResponseHeaders()
                        .set("Location", elsewhere.url("/studies").toString());
                HostileWebServer.answer(exchange, status, "text/plain", "");
            };
            DicomWebSettings web = Destinations.dicomWeb(
                    server.url("/dicom-web"),
                    Optional.of(new Login("u", SECRET)),
                    Optional.empty(),
                    WhenExists.COMPARE);

            Outcome outcome = store(connector(web));

            assertThat(outcome).isInstanceOf(Unavailable.class);
            assertThat(((Unavailable) outcome).failing()).isTrue();
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 504})
    void what_a_proxy_says_leaves_open_whether_the_server_behind_it_has_the_instance(int status) {
        server.answers(status, "text/html", "<html>bad gateway</html>");

        AssociationException failure = failure(connector(WhenExists.COMPARE));

        assertThat(failure.reason()).isEqualTo(Cause.CONNECTION_LOST);
        assertThat(failure).hasMessageContaining("a proxy gets no answer");
    }

    @Test
    void how_long_a_busy_server_wants_to_be_left_alone_is_obeyed() throws Exception {
        server.behaviour = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "17");
            HostileWebServer.answer(exchange, 429, "text/plain", "");
        };
        assertThat(store(connector(WhenExists.COMPARE)))
                .isEqualTo(new Unavailable("HTTP 429 too many requests", Duration.ofSeconds(17), false));

        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(WebAccess.retryAfter(Optional.of("Thu, 1 Jan 2026 00:02:00 GMT"), now))
                .contains(Duration.ofMinutes(2));
        assertThat(WebAccess.retryAfter(Optional.of("Wed, 1 Jan 2025 00:02:00 GMT"), now))
                .contains(Duration.ZERO);
        assertThat(WebAccess.retryAfter(Optional.of("soon"), now)).isEmpty();
    }

    @Test
    void what_the_server_has_already_is_compared() throws Exception {
        for (String body : List.of(FAILED.formatted(0x0111), FAILED.formatted(45070), "{}", "no JSON")) {
            server.answers(409, JSON, body);
            held = HeldCopy.Kind.SAME;
            assertThat(store(connector(WhenExists.COMPARE))).isEqualTo(new Delivered(0x0111));
            held = HeldCopy.Kind.OTHER;
            Outcome other = store(connector(WhenExists.COMPARE));
            assertThat(other).isInstanceOf(Impossible.class);
            assertThat(other.reason()).contains("keeps another version");
            assertThat(store(connector(WhenExists.KEEP))).isEqualTo(new Delivered(0x0111));
            held = HeldCopy.Kind.UNKNOWN;
            assertThat(store(connector(WhenExists.COMPARE))).isInstanceOf(Refused.class);
            held = HeldCopy.Kind.ABSENT;
            assertThat(store(connector(WhenExists.REPLACE))).isInstanceOf(Refused.class);
        }
    }

    @Test
    void a_server_that_gets_something_else_is_asked_by_the_uids_of_that() throws Exception {
        SentAs sentAs =
                new SentAs("1", Uid.of("2.25.7"), "2.25.5", "2.25.6", new DatasetDigest(1, 2), 4, Optional.empty());
        server.behaviour = exchange ->
                HostileWebServer.answer(exchange, exchange.getRequestMethod().equals("DELETE") ? 204 : 409, JSON, "");
        held = HeldCopy.Kind.OTHER;
        StowConnector connector = connector(WhenExists.REPLACE);
        try (StoreConnection connection = connector.open(US, List.of(PAIR))) {
            store(
                    connection,
                    claim(4),
                    new Outgoing(
                            PAIR, sentAs.sopInstance(), 4, new ByteArrayInputStream(new byte[4]), Optional.of(sentAs)));
        }
        assertThat(server.requests().stream().filter(request -> request.method().equals("DELETE")))
                .singleElement()
                .satisfies(request ->
                        assertThat(request.path()).endsWith("studies/2.25.5/series/2.25.6/instances/2.25.7"));
    }

    @Test
    void other_content_is_replaced_where_that_is_wanted_and_only_once() throws Exception {
        held = HeldCopy.Kind.OTHER;
        server.behaviour = exchange ->
                HostileWebServer.answer(exchange, exchange.getRequestMethod().equals("DELETE") ? 204 : 409, JSON, "");
        StowConnector connector = connector(WhenExists.REPLACE);

        assertThat(store(connector)).isInstanceOf(Unavailable.class);
        assertThat(store(connector)).isInstanceOf(Impossible.class);

        assertThat(server.requests().stream().filter(request -> request.method().equals("DELETE")))
                .singleElement()
                .extracting(HostileWebServer.Request::path)
                .isEqualTo("/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.5");
    }

    @Test
    void a_refused_token_is_renewed_and_a_token_that_is_never_taken_is_the_servers_trouble() throws Exception {
        AtomicInteger tokens = new AtomicInteger();
        AtomicInteger valid = new AtomicInteger(1);
        Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
        server.behaviour = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                HostileWebServer.answer(
                        exchange,
                        200,
                        "application/json",
                        "{\"access_token\":\"token" + tokens.incrementAndGet() + "\",\"expires_in\":3600}");
            } else {
                boolean known = ("Bearer token" + valid.get())
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                HostileWebServer.answer(exchange, known ? 200 : 401, JSON, known ? STORED : "");
            }
        };
        StowConnector connector = connector(Destinations.dicomWeb(
                server.url("/dicom-web"),
                Optional.empty(),
                Optional.of(new BearerSource.ClientCredentials(
                        server.url("/token"), "gateway", secret, Optional.of("a b"))),
                WhenExists.COMPARE));

        assertThat(store(connector)).isEqualTo(new Delivered(0));
        assertThat(store(connector)).isEqualTo(new Delivered(0));
        assertThat(tokens).hasValue(1);
        assertThat(server.requests().get(0).body()).isEqualTo("grant_type=client_credentials&scope=a+b");

        valid.set(2);
        Outcome renewed = store(connector);
        assertThat(renewed).isInstanceOf(Unavailable.class);
        assertThat(((Unavailable) renewed).failing()).isFalse();
        assertThat(store(connector)).isEqualTo(new Delivered(0));

        valid.set(0);
        assertThat(((Unavailable) store(connector)).failing()).isFalse();
        Outcome refused = store(connector);
        assertThat(((Unavailable) refused).failing()).isTrue();
        assertThat(refused.reason()).contains("401").doesNotContain("token1", "token2", SECRET);
        try (StoreConnection connection = connector.open(US, List.of(PAIR))) {
            assertThatThrownBy(connection::echo).hasMessageContaining("does not know the login");
            valid.set(tokens.get() + 1);
            assertThat(connection.echo()).isZero();
        }
    }

    @Test
    void no_token_is_a_failure_of_the_destination_without_a_secret_in_the_message() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        server.answers(401, "application/json", "{\"error\":\"invalid_client\",\"hint\":\"" + SECRET + "\"}");
        StowConnector connector = connector(Destinations.dicomWeb(
                server.url("/dicom-web"),
                Optional.empty(),
                Optional.of(new BearerSource.ClientCredentials(server.url("/token"), "id", secret, Optional.empty())),
                WhenExists.COMPARE));

        Outcome outcome = store(connector);

        assertThat(((Unavailable) outcome).failing()).isTrue();
        assertThat(outcome.reason())
                .contains("/token answered 401 invalid_client")
                .doesNotContain(SECRET);
        assertThat(server.requests()).extracting(HostileWebServer.Request::path).containsExactly("/token");
    }

    @Test
    void a_token_file_is_read_again_when_its_token_is_refused() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "first\n");
        server.behaviour = exchange -> {
            boolean known = "Bearer second".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (!known) {
                Files.writeString(file, "second");
            }
            HostileWebServer.answer(exchange, known ? 200 : 401, JSON, known ? STORED : "");
        };
        StowConnector connector = connector(Destinations.dicomWeb(
                server.url("/dicom-web"),
                Optional.empty(),
                Optional.of(new BearerSource.TokenFile(file)),
                WhenExists.COMPARE));

        assertThat(((Unavailable) store(connector)).failing()).isFalse();
        assertThat(store(connector)).isEqualTo(new Delivered(0));
        Files.writeString(file, "two lines\nof " + SECRET);
        assertThat(store(connector).reason()).contains("contains no token").doesNotContain(SECRET);
    }

    /** Otherwise each worker of a lane keeps a pause or a stop waiting. */
    @Test
    void an_authorization_server_that_hangs_delays_no_abort_and_is_asked_once_for_all() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        CountDownLatch hanging = new CountDownLatch(1);
        server.behaviour = exchange -> {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            HostileWebServer.answer(exchange, 200, "application/json", "{\"access_token\":\"t\"}");
        };
        StowConnector connector = connector(Destinations.dicomWeb(
                server.url("/dicom-web"),
                Optional.empty(),
                Optional.of(new BearerSource.ClientCredentials(server.url("/token"), "id", secret, Optional.empty())),
                WhenExists.COMPARE));
        List<StoreConnection> connections = new ArrayList<>();
        List<Thread> workers = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 3; i++) {
            StoreConnection connection = connector.open(US, List.of(PAIR));
            connections.add(connection);
            InputStream dataset = new ByteArrayInputStream(new byte[4]);
            workers.add(new Thread(() -> {
                try {
                    connection.begin(claim(4), new Outgoing(PAIR, SOP, 4, dataset, Optional.empty()));
                } catch (AssociationException | IOException e) {
                    failures.add(e);
                }
            }));
        }
        workers.forEach(Thread::start);
        await().atMost(Duration.ofSeconds(5)).until(() -> server.requests().size() == 1);
        Thread.sleep(200);

        connections.forEach(StoreConnection::abort);
        for (Thread worker : workers) {
            worker.join(1000);
            assertThat(worker.isAlive()).isFalse();
        }

        assertThat(failures)
                .hasSize(3)
                .allMatch(e -> String.valueOf(e.getMessage()).contains("broken off"));
        assertThat(server.requests()).extracting(HostileWebServer.Request::path).containsExactly("/token");
        hanging.countDown();
        server.answers(200, JSON, STORED);
        assertThat(store(connector)).isEqualTo(new Delivered(0));
    }

    @Test
    void a_server_that_closes_or_does_not_answer_or_is_not_there_is_told_apart() throws Exception {
        StowConnector connector;
        List<Socket> half = new ArrayList<>();
        try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");
            connector = connector(Destinations.dicomWeb(url, Optional.empty(), Optional.empty(), WhenExists.COMPARE));
            Thread closing = new Thread(() -> {
                try {
                    raw.accept().close();
                    half.add(raw.accept());
                } catch (IOException e) {
                    // The test is over.
                }
            });
            closing.start();
            assertThat(failure(connector).reason()).isEqualTo(Cause.CONNECTION_LOST);
            assertThat(failure(connector).reason()).isEqualTo(Cause.TIMEOUT);
            closing.join();
        }
        for (Socket socket : half) {
            socket.close();
        }
        AssociationException absent = failure(connector);
        assertThat(absent.reason()).isEqualTo(Cause.CONNECT);
        assertThat(absent).hasMessageContaining("connection refused");
    }

    /** It claims to have what it has not got yet; and the end of the instance, where damage shows, was not read. */
    @ParameterizedTest
    @ValueSource(longs = {40_000_000, Outgoing.UNKNOWN})
    void a_success_before_the_end_of_the_request_is_none(long length) throws Exception {
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Type: " + JSON + "\r\nContent-Length: " + STORED.length()
                        + "\r\n\r\n" + STORED)
                .getBytes(ISO_8859_1);
        try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread hasty = new Thread(() -> {
                try (Socket socket = raw.accept()) {
                    socket.getInputStream().readNBytes(2000);
                    socket.getOutputStream().write(answer);
                    socket.getOutputStream().flush();
                    Thread.sleep(1000);
                } catch (IOException | InterruptedException e) {
                    // The test looks at what the client says.
                }
            });
            hasty.start();
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");

            AssociationException failure = catchThrowableOfType(
                    AssociationException.class,
                    () -> store(
                            connector(
                                    Destinations.dicomWeb(url, Optional.empty(), Optional.empty(), WhenExists.COMPARE)),
                            length,
                            new Zeros(40_000_000, new AtomicLong(), true)));

            assertThat(failure).isNotNull();
            hasty.join();
        }
    }

    /** Otherwise the server takes the next request for the rest of this one. */
    @ParameterizedTest
    @ValueSource(longs = {1L << 40, Outgoing.UNKNOWN})
    void a_connection_with_half_a_request_is_not_used_again(long length) throws Exception {
        byte[] answer = "HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
        List<Socket> open = new CopyOnWriteArrayList<>();
        try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread hasty = new Thread(() -> {
                while (true) {
                    try {
                        Socket socket = raw.accept();
                        open.add(socket);
                        new Thread(() -> {
                                    try (socket) {
                                        socket.getInputStream().readNBytes(2000);
                                        socket.getOutputStream().write(answer);
                                        socket.getOutputStream().flush();
                                        socket.getInputStream().skipNBytes(200_000_000);
                                    } catch (IOException e) {
                                        // The test looks at what the client says.
                                    }
                                })
                                .start();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            hasty.start();
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");
            StowConnector connector =
                    connector(Destinations.dicomWeb(url, Optional.empty(), Optional.empty(), WhenExists.COMPARE));

            for (int i = 0; i < 3; i++) {
                assertThat(store(connector, length, new Zeros(1L << 40, new AtomicLong(), false)))
                        .isInstanceOf(Refused.class);
            }

            assertThat(open).hasSize(3);
            await().atMost(Duration.ofSeconds(5)).until(() -> open.stream().allMatch(Socket::isClosed));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "Thu, 1 Jan 2015 00:02:00 GMT", "soon", ""})
    void a_busy_server_is_left_alone_also_when_it_names_no_time_to_come(String header) throws Exception {
        server.behaviour = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", header);
            HostileWebServer.answer(exchange, 429, "text/plain", "");
        };

        assertThat(((Unavailable) store(connector(WhenExists.COMPARE))).pause()).isPositive();
    }

    /** A conflict without a reason (PS3.18 10.5.3) says that nothing was stored, not why. */
    @Test
    void a_conflict_without_a_reason_is_no_copy_to_keep() throws Exception {
        server.answers(409, "text/plain", "");
        held = HeldCopy.Kind.ABSENT;
        assertThat(store(connector(WhenExists.KEEP))).isInstanceOf(Refused.class);
        for (HeldCopy.Kind any : List.of(HeldCopy.Kind.SAME, HeldCopy.Kind.OTHER, HeldCopy.Kind.UNKNOWN)) {
            held = any;
            assertThat(store(connector(WhenExists.KEEP))).isEqualTo(new Delivered(0x0111));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 429, 500, 503})
    void other_content_that_cannot_be_deleted_now_is_deleted_later(int status) throws Exception {
        held = HeldCopy.Kind.OTHER;
        server.behaviour = exchange -> HostileWebServer.answer(
                exchange, exchange.getRequestMethod().equals("DELETE") ? status : 409, JSON, "");
        StowConnector connector = connector(WhenExists.REPLACE);

        assertThat(store(connector)).isInstanceOf(Refused.class);
        assertThat(store(connector)).isInstanceOf(Refused.class);

        assertThat(server.requests().stream().filter(request -> request.method().equals("DELETE")))
                .hasSize(2);
    }

    /** Each waits for all that ask before it. */
    @Test
    void a_token_that_is_still_valid_is_used_while_the_authorization_server_is_out_of_order() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        server.behaviour = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                boolean first = asked.incrementAndGet() == 1;
                HostileWebServer.answer(
                        exchange,
                        first ? 200 : 500,
                        "application/json",
                        first ? "{\"access_token\":\"token\",\"expires_in\":5}" : "");
            } else {
                HostileWebServer.answer(exchange, 200, JSON, STORED);
            }
        };
        StowConnector connector = connector(Destinations.dicomWeb(
                server.url("/dicom-web"),
                Optional.empty(),
                Optional.of(new BearerSource.ClientCredentials(server.url("/token"), "id", secret, Optional.empty())),
                WhenExists.COMPARE));
        store(connector);
        Thread.sleep(4100);

        for (int i = 0; i < 5; i++) {
            assertThat(store(connector)).isEqualTo(new Delivered(0));
        }

        assertThat(asked).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a",
                "<?xml version=\"1.0\" encoding=\"nonsense\"?><a/>",
                "<a>&#0;</a>",
                "\u0000",
                "<a></b>",
                "<a b='1' b='2'/>",
                "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>",
                "<a:b/>",
                "<?xml version=\"9\"?><a/>"
            })
    void XML_of_any_kind_is_no_fault_of_the_gateway(String xml) {
        server.answers(200, "application/xml", xml);

        assertThat(failure(connector(WhenExists.COMPARE)).reason()).isEqualTo(Cause.PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[[[",
                "null",
                "1",
                "{\"00081199\":1}",
                "{\"00081199\":{\"Value\":{}}}",
                "{\"00081199\":{\"Value\":[[1],null,{\"00081155\":{\"Value\":{\"a\":1}}}]}}",
                "{\"00081199\":{\"Value\":[{\"00081155\":{\"Value\":[{}]},\"00081196\":{\"Value\":[1e99999]}}]}}",
                "{\"a\":1e999999999}"
            })
    void JSON_of_any_kind_is_no_fault_of_the_gateway(String json) {
        server.answers(200, JSON, json);

        assertThat(failure(connector(WhenExists.COMPARE)).reason()).isEqualTo(Cause.PROTOCOL);
    }

    /** By HTTP/1.1 a client that still writes may find the connection reset before it can read such an answer. */
    @Test
    void an_answer_before_the_end_of_the_request_ends_it() throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread refusing = new Thread(() -> {
                try (Socket socket = raw.accept()) {
                    socket.getInputStream().readNBytes(2000);
                    socket.getOutputStream()
                            .write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .getBytes(ISO_8859_1));
                    socket.getOutputStream().flush();
                } catch (IOException e) {
                    // The test looks at what the client says.
                }
            });
            refusing.start();
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");
            AtomicLong read = new AtomicLong();
            long begin = System.nanoTime();
            try {
                Outcome outcome = store(
                        connector(Destinations.dicomWeb(url, Optional.empty(), Optional.empty(), WhenExists.COMPARE)),
                        1L << 40,
                        new Zeros(1L << 40, read, false));
                assertThat(outcome).isInstanceOf(Impossible.class);
            } catch (AssociationException e) {
                assertThat(e.reason()).isEqualTo(Cause.CONNECTION_LOST);
            }
            refusing.join();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void an_answer_that_never_ends_is_given_up() {
        CountDownLatch over = new CountDownLatch(1);
        server.behaviour = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            try {
                over.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        };
        assertThat(failure(connector(WhenExists.COMPARE)).reason()).isEqualTo(Cause.TIMEOUT);
        over.countDown();
    }

    @Test
    void a_connection_is_aborted_while_it_waits_for_an_answer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        server.behaviour = exchange -> {
            asked.countDown();
            try {
                over.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (StoreConnection connection = connector(WhenExists.COMPARE).open(US, List.of(PAIR))) {
            Thread aborting = new Thread(() -> {
                try {
                    asked.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                connection.abort();
            });
            aborting.start();
            AssociationException failure = catchThrowableOfType(
                    AssociationException.class,
                    () -> store(
                            connection,
                            claim(4),
                            new Outgoing(PAIR, SOP, 4, new ByteArrayInputStream(new byte[4]), Optional.empty())));
            assertThat(failure.reason()).isEqualTo(Cause.CONNECTION_LOST);
            assertThat(failure).hasMessageContaining("broken off");
            aborting.join();
        } finally {
            over.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource({"200, ''", "204, ''", "404, ''", "403, ''", "500, ''", "401, login", "502, HTTP 502", "503, HTTP 503"})
    void any_answer_to_a_query_will_do_that_does_not_say_that_the_server_cannot_be_used(int status, String why)
            throws Exception {
        server.answers(status, JSON, "");
        try (StoreConnection connection = connector(WhenExists.COMPARE).open(US, List.of(PAIR))) {
            if (why.isEmpty()) {
                assertThat(connection.echo()).isZero();
            } else {
                assertThatThrownBy(connection::echo).hasMessageContaining(why);
            }
        }
        assertThat(server.requests().get(0).path()).isEqualTo("/dicom-web/studies?limit=1");
    }

    /** So many zeros; at their end, as a damaged instance in the spool. */
    private static final class Zeros extends InputStream {

        private final AtomicLong read;
        private final boolean damaged;
        private long left;

        Zeros(long length, AtomicLong read, boolean damaged) {
            this.left = length;
            this.read = read;
            this.damaged = damaged;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (left == 0) {
                if (damaged) {
                    throw new DamagedInstanceException("damaged", null);
                }
                return -1;
            }
            int n = (int) Math.min(left, count);
            Arrays.fill(into, offset, offset + n, (byte) 0);
            left -= n;
            read.addAndGet(n);
            return n;
        }
    }
}
