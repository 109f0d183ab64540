package org.dicomgateway.forward.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.association.StoreConnection.Answer;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.orthanc.DicomWebClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.web.HostileWebServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents of three cloud services require of STOW-RS, each held by a server that answers as they say. The
 * services themselves were not asked.
 */
@Timeout(60)
class CloudTest {

    private static final String JSON = "application/dicom+json";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final Pattern INSTANCE = Pattern.compile(".*/instances/([0-9.]+)");

    @TempDir
    private Path directory;

    private HostileWebServer server;

    @BeforeEach
    void start() throws IOException {
        server = new HostileWebServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What the services have in common: it keeps files by their SOP Instance UIDs. */
    private abstract class Cloud {

        final Map<String, byte[]> files = new LinkedHashMap<>();
        final List<Integer> requests = new ArrayList<>();
        private final List<String> stored = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();

        /** Failure Reason; 0: it is to be stored. */
        abstract int judge(String sopInstance, byte[] file, Part10.File meta);

        /** An HTTP status in place of all results; 0: none. */
        abstract int refusal(HttpExchange exchange, HostileWebServer.Request request);

        String failure(String sopInstance, int reason) {
            return "{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"" + sopInstance
                    + "\"]},\"00081197\":{\"vr\":\"US\",\"Value\":[" + reason + "]}}";
        }

        synchronized void handle(HttpExchange exchange) throws IOException {
            HostileWebServer.Request request =
                    server.requests().get(server.requests().size() - 1);
            int refusal = refusal(exchange, request);
            Matcher instance = INSTANCE.matcher(request.path());
            if (refusal != 0) {
                HostileWebServer.answer(exchange, refusal, "text/plain", "");
            } else if (request.method().equals("POST")) {
                store(exchange, request);
            } else if (instance.matches() && request.method().equals("DELETE")) {
                HostileWebServer.answer(exchange, files.remove(instance.group(1)) == null ? 404 : 204, JSON, "");
            } else if (instance.matches()) {
                give(exchange, files.get(instance.group(1)));
            } else {
                HostileWebServer.answer(exchange, 200, JSON, "[]");
            }
        }

        private void store(HttpExchange exchange, HostileWebServer.Request request) throws IOException {
            stored.clear();
            failed.clear();
            assertThat(request.contentType()).startsWith("multipart/related; type=\"application/dicom\"");
            String boundary = "--" + request.contentType().replaceAll(".*boundary=", "");
            String[] parts = ("\r\n" + request.body()).split(Pattern.quote("\r\n" + boundary), -1);
            assertThat(parts[parts.length - 1]).as("the end of the request").isEqualTo("--\r\n");
            for (String part : Arrays.copyOfRange(parts, 1, parts.length - 1)) {
                byte[] file = part.substring(part.indexOf("\r\n\r\n") + 4).getBytes(ISO_8859_1);
                Part10.File meta = Part10.read(new ByteArrayInputStream(file));
                String uid = meta.sopInstance().value();
                int reason = judge(uid, file, meta);
                if (reason == 0) {
                    files.put(uid, file);
                    stored.add("{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"" + uid + "\"]}}");
                } else {
                    failed.add(failure(uid, reason));
                }
            }
            requests.add(stored.size() + failed.size());
            String body = List.of(items("00081198", failed), items("00081199", stored)).stream()
                    .filter(items -> !items.isEmpty())
                    .collect(Collectors.joining(",", "{", "}"));
            HostileWebServer.answer(exchange, failed.isEmpty() ? 200 : stored.isEmpty() ? 409 : 202, JSON, body);
        }

        byte[] file(String sopInstance) {
            return Optional.ofNullable(files.get(sopInstance)).orElseThrow().clone();
        }

        private String items(String sequence, List<String> items) {
            return items.isEmpty()
                    ? ""
                    : "\"" + sequence + "\":{\"vr\":\"SQ\",\"Value\":[" + String.join(",", items) + "]}";
        }

        private void give(HttpExchange exchange, byte @Nullable [] file) throws IOException {
            if (file == null) {
                HostileWebServer.answer(exchange, 404, "text/plain", "");
                return;
            }
            byte[] head = "--b\r\nContent-Type: application/dicom\r\n\r\n".getBytes(UTF_8);
            byte[] tail = "\r\n--b--\r\n".getBytes(UTF_8);
            exchange.getResponseHeaders()
                    .set("Content-Type", "multipart/related; type=\"application/dicom\"; boundary=b");
            exchange.sendResponseHeaders(200, head.length + file.length + tail.length);
            exchange.getResponseBody().write(head);
            exchange.getResponseBody().write(file);
            exchange.getResponseBody().write(tail);
            exchange.close();
        }
    }

    /**
     * Google Cloud Healthcare API. The same bytes again are stored; others under the same UIDs are a conflict, also when
     * only the file meta information differs, and so is what it cannot read. It names the instance in neither.
     */
    private class Google extends Cloud {

        private String token = "first";

        @Override
        int judge(String sopInstance, byte[] file, Part10.File meta) {
            byte[] before = files.get(sopInstance);
            return before == null || Arrays.equals(before, file) ? 0 : 272;
        }

        @Override
        String failure(String sopInstance, int reason) {
            return "{\"00081197\":{\"vr\":\"US\",\"Value\":[" + reason + "]}}";
        }

        @Override
        int refusal(HttpExchange exchange, HostileWebServer.Request request) {
            return request.authorization().equals("Bearer " + token) ? 0 : 401;
        }
    }

    /** Azure DICOM service, v2: explicit VR only, a limit for the request, and no second version. */
    private final class Azure extends Cloud {

        private long limit = 4L << 30;

        @Override
        int judge(String sopInstance, byte[] file, Part10.File meta) {
            if (meta.transferSyntax().equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)) {
                return 43264;
            }
            return files.containsKey(sopInstance) ? 45070 : 0;
        }

        @Override
        int refusal(HttpExchange exchange, HostileWebServer.Request request) {
            if (request.path().equals("/token")) {
                return 0;
            }
            if (!request.authorization().equals("Bearer entra")) {
                return 401;
            }
            boolean json = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"))
                    .contains(JSON);
            if (request.path().endsWith("/studies") && !json) {
                return 406;
            }
            return request.body().length() > limit ? 413 : 0;
        }
    }

    /** AWS HealthImaging with OIDC: a signed token, not older than twelve hours, and a limit of 1 GB. */
    private final class Aws extends Cloud {

        private static final long LIMIT = 1_000_000_000;
        private Instant now = Instant.now();

        @Override
        int judge(String sopInstance, byte[] file, Part10.File meta) {
            return 0;
        }

        @Override
        int refusal(HttpExchange exchange, HostileWebServer.Request request) {
            Matcher token = Pattern.compile("Bearer [^.]+\\.([^.]+)\\.[^.]*").matcher(request.authorization());
            if (!token.matches()) {
                return 403;
            }
            String claims = new String(Base64.getUrlDecoder().decode(token.group(1)), UTF_8);
            Instant issued = Instant.ofEpochSecond(Long.parseLong(claims.replaceAll("\\D", "")));
            boolean valid = !issued.isAfter(now) && !issued.isBefore(now.minus(Duration.ofHours(12)));
            return !valid ? 401 : request.body().length() > LIMIT ? 413 : 0;
        }

        String jwt() {
            String claims = "{\"iat\":" + now.getEpochSecond() + "}";
            return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8)) + ".sig";
        }
    }

    private StowConnector connector(BearerSource bearer, WhenExists whenExists) {
        DestinationSettings destination = Destinations.web(
                "cloud",
                Destinations.dicomWeb(server.url("/dicomWeb"), Optional.empty(), Optional.of(bearer), whenExists));
        WebAccess access = WebAccess.to(destination, new TlsContexts(InstantSource.system()));
        Duration limit = Duration.ofSeconds(5);
        DicomWebClient client = new DicomWebClient(server.url("/dicomWeb"), access, limit, limit);
        return new StowConnector(
                destination,
                access,
                destination.requestor(),
                (to, claim, sentAs) -> held(client, claim.instance()),
                InstantSource.system());
    }

    private static HeldCopy.Answer held(DicomWebClient client, Instance instance) throws IOException {
        try (var copy = client.open(
                Uid.of(instance.studyInstanceUid()), Uid.of(instance.seriesInstanceUid()), instance.sopInstance())) {
            byte[] file = copy.readAllBytes();
            int meta = (int) Part10.read(new ByteArrayInputStream(file)).datasetOffset();
            byte[] dataset = Arrays.copyOfRange(file, meta, file.length);
            boolean same = Arrays.equals(dataset, dataset((int) instance.id(), 1));
            return new HeldCopy.Answer(same ? HeldCopy.Kind.SAME : HeldCopy.Kind.OTHER, "");
        } catch (OrthancException e) {
            if (e.status() == 404) {
                return new HeldCopy.Answer(HeldCopy.Kind.ABSENT, "");
            }
            throw e;
        }
    }

    private static byte[] dataset(int i, int version) {
        byte[] dataset = new byte[2000];
        Arrays.fill(dataset, (byte) (i * 10 + version));
        return dataset;
    }

    private static Claim claim(int i, TransferSyntax syntax) {
        Instance any = StowConnectorTest.claim(2000).instance();
        Instance instance = new Instance(
                i,
                any.sopClass(),
                Uid.of("1.2.3.4." + i),
                syntax,
                "1.2.3",
                "1.2.3.4",
                "",
                "",
                "CT",
                any.origin(),
                Instant.EPOCH,
                2000);
        return new Claim(i, instance, "route", 0, "cloud", 0);
    }

    /** Sends these instances in one request, as far as that goes. */
    private static List<Outcome> store(StowConnector connector, TransferSyntax syntax, int... instances)
            throws Exception {
        Map<Long, Outcome> outcomes = new LinkedHashMap<>();
        try (StoreConnection connection = connector.open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR))) {
            for (int i : instances) {
                Claim claim = claim(i, syntax);
                connection.begin(
                        claim,
                        new Outgoing(
                                new PresentationPair(claim.instance().sopClass(), syntax),
                                claim.instance().sopInstance(),
                                2000,
                                new ByteArrayInputStream(dataset(i, 1)),
                                Optional.empty()));
                connection.polled().ifPresent(answer -> put(outcomes, answer));
            }
            while (outcomes.size() < instances.length) {
                put(outcomes, connection.next());
            }
        }
        return Arrays.stream(instances).mapToObj(i -> outcomes.get((long) i)).toList();
    }

    private static void put(Map<Long, Outcome> outcomes, Answer answer) {
        outcomes.put(answer.claim().deliveryId(), answer.outcome());
    }

    private static boolean isToBeSentAgain(Outcome outcome) {
        return outcome instanceof Unavailable again && !again.failing();
    }

    @Test
    void google_gets_the_same_bytes_each_time_and_its_conflicts_are_judged_by_content() throws Exception {
        Google google = new Google();
        server.behaviour = google::handle;
        Path token = Files.writeString(directory.resolve("token"), "first");
        BearerSource renewed = new BearerSource.TokenFile(token);
        StowConnector connector = connector(renewed, WhenExists.COMPARE);

        assertThat(store(connector, EXPLICIT, 1, 2, 3)).containsOnly(new Delivered(0));
        assertThat(google.requests).containsExactly(3);
        assertThat(store(connector, EXPLICIT, 1, 2, 3))
                .as("a repeat is no conflict")
                .containsOnly(new Delivered(0));

        // Stored before by another program: other file meta information, the same dataset.
        byte[] other = google.file("1.2.3.4.1");
        other[0] = 1;
        google.files.put("1.2.3.4.1", other);
        assertThat(store(connector, EXPLICIT, 1)).containsExactly(new Delivered(0x0111));

        // Other content: never named when it came with others, so each is sent alone.
        byte[] corrected = google.file("1.2.3.4.2");
        corrected[corrected.length - 1] = 77;
        google.files.put("1.2.3.4.2", corrected);
        assertThat(store(connector, EXPLICIT, 2)).hasOnlyElementsOfType(Impossible.class);
        StowConnector replacing = connector(renewed, WhenExists.REPLACE);
        assertThat(store(replacing, EXPLICIT, 2)).allMatch(CloudTest::isToBeSentAgain);
        assertThat(google.files).doesNotContainKey("1.2.3.4.2");
        assertThat(store(replacing, EXPLICIT, 2)).containsExactly(new Delivered(0));

        google.files.put("1.2.3.4.1", other);
        google.files.put("1.2.3.4.3", other);
        assertThat(store(connector, EXPLICIT, 1, 3)).as("409 without names").allMatch(CloudTest::isToBeSentAgain);
        assertThat(store(connector, EXPLICIT, 1)).containsExactly(new Delivered(0x0111));

        google.token = "second";
        Files.writeString(token, "second");
        assertThat(store(connector, EXPLICIT, 4)).containsExactly(new Delivered(0));
    }

    /** It answers 409 to what it cannot read, too. */
    @Test
    void what_google_cannot_read_is_no_duplicate() throws Exception {
        Google google = new Google() {
            @Override
            int judge(String sopInstance, byte[] file, Part10.File meta) {
                return 272;
            }
        };
        server.behaviour = google::handle;
        Path token = Files.writeString(directory.resolve("token"), "first");

        List<Outcome> outcomes = store(connector(new BearerSource.TokenFile(token), WhenExists.KEEP), EXPLICIT, 1);

        assertThat(outcomes).hasOnlyElementsOfType(Refused.class);
        assertThat(outcomes.get(0).reason()).contains("0x0110");
    }

    @Test
    void azure_takes_explicit_VR_only_and_names_what_it_has_already() throws Exception {
        Azure azure = new Azure();
        server.behaviour = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                HostileWebServer.answer(
                        exchange, 200, "application/json", "{\"access_token\":\"entra\",\"expires_in\":3599}");
            } else {
                azure.handle(exchange);
            }
        };
        Path secret = Files.writeString(directory.resolve("secret"), "s");
        BearerSource entra = new BearerSource.ClientCredentials(
                server.url("/token"),
                "gateway",
                secret,
                Optional.of("https://dicom.healthcareapis.azure.com/.default"));
        StowConnector connector = connector(entra, WhenExists.COMPARE);

        assertThat(store(connector, EXPLICIT, 1, 2)).containsOnly(new Delivered(0));
        assertThat(store(connector, EXPLICIT, 1, 3))
                .as("202: one was there, one is stored")
                .containsExactly(new Delivered(0x0111), new Delivered(0));
        assertThat(store(connector, EXPLICIT, 1, 2)).as("409").containsOnly(new Delivered(0x0111));
        assertThat(azure.requests).containsExactly(2, 2, 2);

        byte[] corrected = azure.file("1.2.3.4.2");
        corrected[corrected.length - 1] = 77;
        azure.files.put("1.2.3.4.2", corrected);
        assertThat(store(connector, EXPLICIT, 2)).hasOnlyElementsOfType(Impossible.class);
        StowConnector replacing = connector(entra, WhenExists.REPLACE);
        assertThat(store(replacing, EXPLICIT, 2)).allMatch(CloudTest::isToBeSentAgain);
        assertThat(store(replacing, EXPLICIT, 2)).containsExactly(new Delivered(0));

        assertThat(store(connector, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, 7))
                .as("transcode is for this")
                .hasOnlyElementsOfType(Refused.class);

        azure.limit = 5000;
        assertThat(store(connector, EXPLICIT, 10, 11, 12)).allMatch(CloudTest::isToBeSentAgain);
        assertThat(store(connector, EXPLICIT, 10)).containsExactly(new Delivered(0));
    }

    @Test
    void aws_takes_tokens_of_the_last_twelve_hours() throws Exception {
        Aws aws = new Aws();
        server.behaviour = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                String token = "{\"access_token\":\"" + aws.jwt() + "\",\"expires_in\":86400}";
                HostileWebServer.answer(exchange, 200, "application/json", token);
            } else {
                aws.handle(exchange);
            }
        };
        Path secret = Files.writeString(directory.resolve("secret"), "s");
        StowConnector connector = connector(
                new BearerSource.ClientCredentials(server.url("/token"), "gateway", secret, Optional.empty()),
                WhenExists.COMPARE);

        assertThat(store(connector, EXPLICIT, 1, 2)).containsOnly(new Delivered(0));
        aws.now = aws.now.plus(Duration.ofHours(13));
        assertThat(store(connector, EXPLICIT, 3, 4)).as("the token is renewed").allMatch(CloudTest::isToBeSentAgain);
        assertThat(store(connector, EXPLICIT, 3, 4)).containsOnly(new Delivered(0));
        assertThat(aws.files).hasSize(4);
    }
}
