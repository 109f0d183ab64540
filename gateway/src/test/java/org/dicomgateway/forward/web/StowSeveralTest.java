package org.dicomgateway.forward.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.association.StoreConnection.Answer;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.web.HostileWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several instances in one request: each has its own answer, and none is blamed for another. */
@Timeout(60)
class StowSeveralTest {

    private static final String JSON = "application/dicom+json";
    private static final Pattern PART = Pattern.compile("1\\.2\\.3\\.4\\.(\\d+)");

    private HostileWebServer server;

    @BeforeEach
    void start() throws IOException {
        server = new HostileWebServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private StoreConnection connection(DataSize maxRequest) {
        return connector(maxRequest).open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR));
    }

    private StowConnector connector(DataSize maxRequest) {
        DestinationSettings destination = Destinations.web(
                "web",
                new DicomWebSettings(
                        server.url("/dicom-web"), Optional.empty(), Optional.empty(), WhenExists.COMPARE, maxRequest));
        return new StowConnector(
                destination,
                WebAccess.to(destination, new TlsContexts(InstantSource.system())),
                destination.requestor(),
                (to, claim, sentAs) -> new HeldCopy.Answer(HeldCopy.Kind.SAME, ""),
                InstantSource.system());
    }

    private static Uid sop(int i) {
        return Uid.of("1.2.3.4." + i);
    }

    private static Claim claim(int i) {
        Instance any = StowConnectorTest.claim(1000).instance();
        Instance instance = new Instance(
                i,
                any.sopClass(),
                sop(i),
                any.transferSyntax(),
                "1.2.3",
                "1.2.3.4",
                "",
                "",
                "CT",
                any.origin(),
                Instant.EPOCH,
                1000);
        return new Claim(i, instance, "route", 0, "web", 0);
    }

    private static void begin(StoreConnection connection, int i) throws Exception {
        begin(connection, i, new ByteArrayInputStream(new byte[1000]));
    }

    private static void begin(StoreConnection connection, int i, InputStream dataset) throws Exception {
        connection.begin(
                claim(i), new Outgoing(StowConnectorTest.PAIR, sop(i), Outgoing.UNKNOWN, dataset, Optional.empty()));
    }

    private static void beginAll(StoreConnection connection, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            assertThat(connection.takesMore(1000)).as("%d", i).isTrue();
            begin(connection, i);
        }
    }

    private static List<Answer> answers(StoreConnection connection, int count) throws AssociationException {
        List<Answer> answers = new ArrayList<>();
        while (answers.size() < count) {
            answers.add(connection.next());
        }
        assertThat(connection.polled()).isEmpty();
        return answers;
    }

    private static List<Outcome> outcomes(StoreConnection connection, int count) throws AssociationException {
        return answers(connection, count).stream().map(Answer::outcome).toList();
    }

    /** The instances of a request, by their numbers. */
    private static List<Integer> instances(HostileWebServer.Request request) {
        return PART.matcher(request.body())
                .results()
                .map(uid -> Integer.parseInt(uid.group(1)))
                .toList();
    }

    private HostileWebServer.Request last() {
        return server.requests().get(server.requests().size() - 1);
    }

    private static String items(String sequence, int reason, Stream<Integer> instances) {
        String why = reason == 0 ? "" : ",\"00081197\":{\"vr\":\"US\",\"Value\":[" + reason + "]}";
        return "\"" + sequence + "\":{\"vr\":\"SQ\",\"Value\":["
                + instances
                        .map(i -> "{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.4." + i + "\"]}" + why + "}")
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private static String stored(Integer... instances) {
        return "{" + items("00081199", 0, Stream.of(instances)) + "}";
    }

    /** A server that stores all. */
    private void storesAll() {
        server.behaviour = exchange -> HostileWebServer.answer(
                exchange, 200, JSON, stored(instances(last()).toArray(Integer[]::new)));
    }

    @Test
    void what_is_due_goes_in_one_request_with_an_answer_for_each() throws Exception {
        storesAll();
        try (StoreConnection connection = connection(DataSize.ofMebibytes(100))) {
            beginAll(connection, 1, 20);
            assertThat(connection.polled()).as("nothing is known yet").isEmpty();

            List<Answer> answers = answers(connection, 20);

            assertThat(answers).extracting(Answer::outcome).containsOnly(new Delivered(0));
            assertThat(answers)
                    .extracting(answer -> (int) answer.claim().deliveryId())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 20).boxed().toList());
            assertThat(server.requests()).hasSize(1);
            assertThat(instances(last())).hasSize(20);
            String boundary = last().contentType().replaceAll(".*boundary=", "");
            assertThat(last().body()).startsWith("--" + boundary + "\r\n").endsWith("\r\n--" + boundary + "--\r\n");
            assertThat(last().body().split(Pattern.quote("\r\n--" + boundary + "\r\n"), -1))
                    .hasSize(20);

            begin(connection, 21);
            assertThat(outcomes(connection, 1)).containsExactly(new Delivered(0));
        }
    }

    @Test
    void a_request_is_full_at_its_limits_and_what_is_larger_goes_alone_with_its_length() throws Exception {
        storesAll();
        try (StoreConnection connection = connection(DataSize.ofMebibytes(100))) {
            beginAll(connection, 1, RequestLimit.MOST_INSTANCES);
            assertThat(connection.takesMore(0)).isFalse();
            answers(connection, RequestLimit.MOST_INSTANCES);
        }
        List<String> lengths = new ArrayList<>();
        server.behaviour = exchange -> {
            lengths.add(String.valueOf(exchange.getRequestHeaders().getFirst("Content-Length")));
            HostileWebServer.answer(
                    exchange, 200, JSON, stored(instances(last()).toArray(Integer[]::new)));
        };
        try (StoreConnection connection = connection(new DataSize(10_000))) {
            begin(connection, 1);
            assertThat(connection.takesMore(9_000)).isFalse();
            assertThat(connection.takesMore(1_000)).isTrue();
            answers(connection, 1);
            connection.begin(
                    claim(2),
                    new Outgoing(
                            StowConnectorTest.PAIR,
                            sop(2),
                            20_000,
                            new ByteArrayInputStream(new byte[20_000]),
                            Optional.empty()));
            assertThat(connection.takesMore(0)).isFalse();
            answers(connection, 1);
        }
        assertThat(lengths).hasSize(2).startsWith("null").last().asString().startsWith("20");
    }

    @Test
    void each_has_its_own_result() throws Exception {
        server.answers(
                202,
                JSON,
                "{" + items("00081199", 0, Stream.of(1, 4)) + ","
                        + items("00081198", 0xA700, Stream.of(2)) + ","
                        + items("0008119A", 0xC000, Stream.of(9)) + "}");
        try (StoreConnection connection = connection(DataSize.ofMebibytes(1))) {
            beginAll(connection, 1, 4);
            List<Answer> answers = answers(connection, 3);
            assertThat(answers)
                    .extracting(answer -> answer.claim().deliveryId())
                    .containsExactly(1L, 2L, 4L);
            assertThat(answers.get(0).outcome()).isEqualTo(new Delivered(0));
            assertThat(answers.get(1).outcome()).isInstanceOf(Refused.class);
            assertThat(answers.get(2).outcome()).isEqualTo(new Delivered(0));
            assertThatThrownBy(connection::next)
                    .as("3 is not named; a failure without a name is not known to be its")
                    .isInstanceOf(AssociationException.class)
                    .hasMessageContaining("does not say what became of 1 of 4 instances");
        }
    }

    @Test
    void a_damaged_instance_breaks_the_request_off_before_it_is_one() throws Exception {
        storesAll();
        StowConnector connector = connector(DataSize.ofMebibytes(100));
        try (StoreConnection connection = connector.open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR))) {
            beginAll(connection, 1, 3);
            assertThatThrownBy(() -> begin(connection, 4, new InputStream() {
                        private int left = 1_000_000;

                        @Override
                        public int read() throws IOException {
                            return read(new byte[1], 0, 1);
                        }

                        @Override
                        public int read(byte[] into, int offset, int most) throws IOException {
                            left -= most;
                            if (left < 0) {
                                throw new DamagedInstanceException("checksum", null);
                            }
                            return most;
                        }
                    }))
                    .isInstanceOf(DamagedInstanceException.class);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.requests().size() == 1);
        assertThat(server.requests()).noneMatch(HostileWebServer.Request::whole);
        try (StoreConnection connection = connector.open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR))) {
            beginAll(connection, 1, 3);
            assertThat(outcomes(connection, 3)).containsOnly(new Delivered(0));
        }
    }

    @Test
    void a_request_that_is_too_large_makes_smaller_ones_down_to_one_instance() throws Exception {
        server.behaviour = exchange -> {
            List<Integer> instances = instances(last());
            boolean tooMuch = instances.size() > 2 || instances.contains(7);
            HostileWebServer.answer(
                    exchange, tooMuch ? 413 : 200, JSON, tooMuch ? "" : stored(instances.toArray(Integer[]::new)));
        };
        try (StoreConnection connection = connection(DataSize.ofMebibytes(100))) {
            beginAll(connection, 1, 8);
            assertThat(outcomes(connection, 8)).allSatisfy(StowSeveralTest::isNobodysFault);
            beginAll(connection, 1, 4);
            assertThat(connection.takesMore(1000)).as("half of eight").isFalse();
            assertThat(outcomes(connection, 4)).allSatisfy(StowSeveralTest::isNobodysFault);
            beginAll(connection, 1, 2);
            assertThat(outcomes(connection, 2)).containsOnly(new Delivered(0));
            beginAll(connection, 7, 8);
            assertThat(outcomes(connection, 2)).allSatisfy(StowSeveralTest::isNobodysFault);
            begin(connection, 7);
            assertThat(connection.takesMore(0)).isFalse();
            assertThat(outcomes(connection, 1)).hasOnlyElementsOfType(Impossible.class);
        }
    }

    private static void isNobodysFault(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Unavailable.class);
        assertThat(((Unavailable) outcome).failing()).isFalse();
        assertThat(((Unavailable) outcome).pause()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 409, 415, 500, 507})
    void those_that_are_refused_together_are_sent_alone_before_one_is_blamed(int status) throws Exception {
        server.behaviour = exchange -> {
            List<Integer> instances = instances(last());
            boolean refused = instances.contains(2);
            HostileWebServer.answer(
                    exchange, refused ? status : 200, JSON, refused ? "" : stored(instances.toArray(Integer[]::new)));
        };
        try (StoreConnection connection = connection(DataSize.ofMebibytes(100))) {
            beginAll(connection, 1, 3);
            assertThat(outcomes(connection, 3)).allSatisfy(StowSeveralTest::isNobodysFault);

            begin(connection, 4);
            begin(connection, 2);
            assertThat(connection.polled().map(Answer::outcome))
                    .as("the one before it")
                    .contains(new Delivered(0));
            assertThat(connection.takesMore(0)).isFalse();
            Outcome guilty = connection.next().outcome();
            // The server has it, it says; that is compared here.
            assertThat(guilty)
                    .isInstanceOf(status == 409 ? Delivered.class : status == 415 ? Impossible.class : Refused.class);
            begin(connection, 3);
            assertThat(outcomes(connection, 1)).containsExactly(new Delivered(0));
            beginAll(connection, 3, 5);
            assertThat(outcomes(connection, 3)).containsOnly(new Delivered(0));
        }
    }

    @Test
    void what_the_server_says_of_itself_counts_once() throws Exception {
        server.behaviour = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "7");
            HostileWebServer.answer(exchange, 503, "text/plain", "");
        };
        try (StoreConnection connection = connection(DataSize.ofMebibytes(1))) {
            beginAll(connection, 1, 3);
            List<Outcome> outcomes = outcomes(connection, 3);
            assertThat(outcomes)
                    .extracting(each -> ((Unavailable) each).failing())
                    .containsExactly(true, false, false);
            assertThat(outcomes)
                    .extracting(each -> ((Unavailable) each).pause())
                    .containsOnly(Duration.ofSeconds(7));
        }
    }

    @Test
    void a_server_that_wants_to_know_the_length_gets_one_instance_in_each_request() throws Exception {
        server.behaviour = exchange -> {
            boolean known = exchange.getRequestHeaders().getFirst("Content-Length") != null;
            HostileWebServer.answer(
                    exchange,
                    known ? 200 : 411,
                    JSON,
                    known ? stored(instances(last()).toArray(Integer[]::new)) : "");
        };
        try (StoreConnection connection = connection(DataSize.ofMebibytes(1))) {
            beginAll(connection, 1, 2);
            assertThat(outcomes(connection, 2)).allSatisfy(StowSeveralTest::isNobodysFault);
            connection.begin(
                    claim(1),
                    new Outgoing(
                            StowConnectorTest.PAIR,
                            sop(1),
                            1000,
                            new ByteArrayInputStream(new byte[1000]),
                            Optional.empty()));
            assertThat(connection.takesMore(0)).isFalse();
            assertThat(outcomes(connection, 1)).containsExactly(new Delivered(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 {}", "200 <html>", "204 ", "500 stored"})
    void an_answer_that_names_none_is_none(String said) throws Exception {
        server.answers(
                Integer.parseInt(said.substring(0, 3)),
                JSON,
                said.endsWith("stored") ? stored(1, 2) : said.substring(4));
        try (StoreConnection connection = connection(DataSize.ofMebibytes(1))) {
            beginAll(connection, 1, 2);
            if (said.startsWith("500")) {
                assertThat(outcomes(connection, 2)).allSatisfy(StowSeveralTest::isNobodysFault);
            } else {
                assertThatThrownBy(connection::next).isInstanceOf(AssociationException.class);
            }
        }
    }
}
