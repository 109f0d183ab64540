package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.receive.web.WebListenerHarness.body;
import static org.dicomgateway.receive.web.WebListenerHarness.dataset;
import static org.dicomgateway.receive.web.WebListenerHarness.instance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.testkit.Elements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StowHandlerTest {

    @SuppressWarnings("NullAway.Init")
    private WebListenerHarness web;

    private void listen(AccessRule... access) throws Exception {
        web = new WebListenerHarness(WebListenerHarness.open(), 20, access);
    }

    @AfterEach
    void close() {
        web.close();
    }

    @Test
    void instances_are_stored_byte_for_byte_and_listed() throws Exception {
        listen();
        HttpResponse<String> answer = web.post(body(instance("1.2.3.1", 70_000), instance("1.2.3.2", 10)));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/dicom+json");
        assertThat(answer.body())
                .isEqualTo("{\"00081190\":{\"vr\":\"UR\"},\"00081199\":{\"vr\":\"SQ\",\"Value\":["
                        + "{\"00081150\":{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]},"
                        + "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.1\"]},\"00081190\":{\"vr\":\"UR\"}},"
                        + "{\"00081150\":{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]},"
                        + "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.2\"]},\"00081190\":{\"vr\":\"UR\"}}]}}");
        assertThat(web.stored).containsOnlyKeys("1.2.3.1", "1.2.3.2");
        assertThat(web.stored.get("1.2.3.1")).isEqualTo(dataset("1.2.3.1", 70_000));
        assertThat(web.stored.get("1.2.3.2")).isEqualTo(dataset("1.2.3.2", 10));
    }

    @Test
    void what_fails_is_listed_with_its_reason_also_in_xml() throws Exception {
        listen();
        web.scp = request -> {
            request.dataset().readAllBytes();
            return new CStoreResponse(
                    request.sopInstance().value().equals("1.2.3.2") ? DimseStatus.DATASET_DOES_NOT_MATCH : 0, "");
        };
        byte[] body = body(
                instance("1.2.3.1", 9), instance("1.2.3.2", 70_000), "no instance".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<String> answer = web.post(body, "Accept", "text/html, application/dicom+xml;q=0.9");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/dicom+xml");
        assertThat(answer.body())
                .contains(
                        "<DicomAttribute tag=\"00081198\" vr=\"SQ\" keyword=\"FailedSOPSequence\"><Item number=\"1\">")
                .contains("<DicomAttribute tag=\"00081190\" vr=\"UR\" keyword=\"RetrieveURL\"></DicomAttribute>")
                .contains("<DicomAttribute tag=\"00081197\" vr=\"US\" keyword=\"FailureReason\">"
                        + "<Value number=\"1\">43264</Value></DicomAttribute>")
                .contains("<DicomAttribute tag=\"0008119A\" vr=\"SQ\" keyword=\"OtherFailuresSequence\">"
                        + "<Item number=\"1\"><DicomAttribute tag=\"00081197\" vr=\"US\" keyword=\"FailureReason\">"
                        + "<Value number=\"1\">49152</Value>")
                .contains("keyword=\"ReferencedSOPSequence\"");
        assertThat(web.post(body).body())
                .contains("\"00081197\":{\"vr\":\"US\",\"Value\":[43264]}")
                .contains("\"0008119A\":{\"vr\":\"SQ\",\"Value\":[{\"00081197\":{\"vr\":\"US\",\"Value\":[49152]}}]}");
    }

    @ParameterizedTest
    @CsvSource({"0xA900,409", "0xC000,409", "0x0122,409", "0xA700,503", "0x0110,503"})
    void when_nothing_is_stored_the_status_says_whether_it_is_worth_another_try(String reason, int status)
            throws Exception {
        listen();
        web.scp = request -> new CStoreResponse(Integer.decode(reason), "");
        HttpResponse<String> answer = web.post(body(instance("1.2.3.1", 200_000), instance("1.2.3.2", 9)));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        assertThat(answer.body()).contains("[" + Integer.decode(reason) + "]");
    }

    @Test
    void the_study_in_the_url_is_passed_on_for_the_check() throws Exception {
        listen();
        web.scp = request -> {
            assertThat(request.study().orElseThrow().value()).isEqualTo("1.2.3");
            assertThat(request.origin().calling()).isEqualTo(AeTitle.of("WEB"));
            return web.keep(request);
        };
        assertThat(web.post("/dicom-web/studies/1.2.3", body(instance("1.2.3.1", 9)))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "415 | Content-Type | multipart/related; type=\"application/dicom+json\"; boundary=sea-rose",
                "415 | Content-Type | multipart/related; type=\"application/dicom+xml\"; boundary=sea-rose",
                "415 | Content-Type | multipart/form-data; boundary=sea-rose",
                "415 | Content-Type | application/dicom",
                "415 | Content-Encoding | gzip",
                "400 | Content-Type | multipart/related; type=\"application/dicom\"",
                "400 | Content-Type | multipart/related; type=\"application/dicom\"; boundary=\"a b\"",
                "406 | Accept | text/html",
                "200 | Accept | text/html, */*;q=0.1",
                "200 | Content-Type | Multipart/Related;boundary=\"sea-rose\"",
            })
    void only_instances_are_taken_and_only_these_answers_given(int status, String name, String value) throws Exception {
        listen();
        assertThat(web.post(body(instance("1.2.3.1", 9)), name, value).statusCode())
                .isEqualTo(status);
        assertThat(web.stored).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void other_paths_and_methods_are_not_served() throws Exception {
        listen();
        byte[] body = body(instance("1.2.3.1", 9));
        for (String path : List.of(
                "/", "/studies", "/dicom-web/studies/x", "/dicom-web/studies/1.2/series", "/dicom-web/studiesx")) {
            assertThat(web.post(path, body).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(web.raw("GET /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII)))
                .contains("HTTP/1.1 405 ")
                .contains("Allow: POST");
        assertThat(web.stored).isEmpty();
    }

    @Test
    void a_spool_that_takes_nothing_is_told_before_the_body_is_read() throws Exception {
        listen();
        web.closed = "an operator paused receiving";
        HttpResponse<String> answer = web.post(body(instance("1.2.3.1", 3_000_000)));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("10");
        assertThat(answer.body()).isEqualTo("try again later\n");
        assertThat(web.stored).isEmpty();
    }

    @Test
    void a_login_is_asked_for_and_rules_see_the_user() throws Exception {
        Map<String, PasswordHash> users = Map.of(
                "alice",
                PasswordHash.make(new Secret("open sesame")),
                "bob",
                PasswordHash.make(new Secret("swordfish")));
        AccessRule onlyAlice = new AccessRule(
                "alice",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.of(Wildcard.of("alice")),
                Optional.empty(),
                List.of(),
                PeerLimits.UNLIMITED);
        web = new WebListenerHarness(
                new ListenerSettings.Web(AeTitle.of("WEB"), 10, users, Optional.empty()), 20, onlyAlice);
        byte[] body = body(instance("1.2.3.1", 9));
        HttpResponse<String> nobody = web.post(body);
        assertThat(nobody.statusCode()).isEqualTo(401);
        assertThat(nobody.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic ");
        assertThat(web.post(body, "Authorization", basic("alice", "wrong")).statusCode())
                .isEqualTo(401);
        assertThat(web.post(body, "Authorization", "Bearer alice").statusCode()).isEqualTo(401);
        assertThat(web.post(body, "Authorization", basic("bob", "swordfish")).statusCode())
                .isEqualTo(403);
        assertThat(web.stored).isEmpty();
        assertThat(web.rejected.latest()).isNotEmpty();
        assertThat(web.post(body, "Authorization", basic("alice", "open sesame"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(web.stored).hasSize(1);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void limits_of_a_rule_hold_for_a_request_as_for_an_association() throws Exception {
        listen(rule(RateLimit.UNLIMITED, Optional.of(DataSize.ofKibibytes(10)), Optional.of(DataSize.ofKibibytes(30))));
        HttpResponse<String> large = web.post(body(instance("1.2.3.1", 20_000), instance("1.2.3.2", 1_000)));
        assertThat(large.statusCode()).isEqualTo(202);
        assertThat(large.body()).contains("[" + DimseStatus.NOT_AUTHORIZED + "]");
        assertThat(web.stored).containsOnlyKeys("1.2.3.2");
        byte[][] many = new byte[6][];
        for (int i = 0; i < many.length; i++) {
            many[i] = instance("1.2.4." + i, 9_000);
        }
        HttpResponse<String> tooMuch = web.post(body(many));
        assertThat(tooMuch.statusCode()).isEqualTo(413);
        assertThat(tooMuch.body()).contains("1.2.4.2").doesNotContain("1.2.4.3");
        assertThat(web.stored).containsOnlyKeys("1.2.3.2", "1.2.4.0", "1.2.4.1", "1.2.4.2");
    }

    /** Twice as long as a sender may pause. */
    @Test
    void a_disk_that_is_slow_is_not_taken_for_a_slow_sender() throws Exception {
        listen();
        web.scp = request -> {
            try {
                Thread.sleep(WebListenerHarness.TIMEOUT.multipliedBy(2).toMillis());
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            return web.keep(request);
        };
        assertThat(web.post(body(instance("1.2.3.1", 3_000_000), instance("1.2.3.2", 300_000)))
                        .statusCode())
                .isEqualTo(200);
        assertThat(web.stored).hasSize(2);
    }

    private static AccessRule rule(RateLimit rate, Optional<DataSize> instance, Optional<DataSize> association) {
        return new AccessRule(
                "some",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Wildcard.of(WebListenerHarness.CT.value())),
                List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                new PeerLimits(OptionalInt.empty(), rate, instance, association));
    }

    private static byte[] refusedSyntax() {
        return new Elements()
                .bytes(0x7fe0, 0x0010, "OW", new byte[90_000])
                .toPart10(WebListenerHarness.CT, Uid.of("1.2.5"), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    }

    private static byte[] refusedClass() {
        return new Elements()
                .bytes(0x7fe0, 0x0010, "OW", new byte[90_000])
                .toPart10(
                        Uid.of("1.2.840.10008.5.1.4.1.1.4"), Uid.of("1.2.5"), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    }

    private static byte[] longMeta(String uid) {
        byte[] instance = instance(uid, 9);
        int meta = instance.length - dataset(uid, 9).length;
        byte[] more =
                new Elements().bytes(0x0002, 0x0102, "OB", new byte[90_000]).toDataset();
        byte[] out = new byte[instance.length + more.length];
        System.arraycopy(instance, 0, out, 0, meta);
        System.arraycopy(more, 0, out, meta, more.length);
        System.arraycopy(instance, meta, out, meta + more.length, instance.length - meta);
        return out;
    }

    static Stream<Arguments> refusedParts() {
        return Stream.of(
                Arguments.of("no instance", new byte[90_000]),
                Arguments.of("a SOP class", refusedClass()),
                Arguments.of("a transfer syntax", refusedSyntax()),
                Arguments.of("a size", instance("1.2.5", 90_000)),
                Arguments.of("file meta information", longMeta("1.2.5")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedParts")
    void what_is_refused_counts_for_the_size_of_a_request(String what, byte[] part) throws Exception {
        listen(rule(
                RateLimit.UNLIMITED, Optional.of(DataSize.ofKibibytes(21)), Optional.of(DataSize.ofKibibytes(400))));
        byte[][] parts = new byte[7][];
        Arrays.fill(parts, part);
        parts[0] = instance("1.2.3.1", 9);
        parts[6] = instance("1.2.3.2", 9);
        HttpResponse<String> answer = web.post(body(parts));
        assertThat(answer.statusCode()).as(what + answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("1.2.3.1").doesNotContain("1.2.3.2");
        assertThat(web.stored).containsKey("1.2.3.1").doesNotContainKey("1.2.3.2");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedParts")
    void what_is_refused_counts_for_the_rate_of_a_sender(String what, byte[] part) throws Exception {
        listen(rule(
                new RateLimit(OptionalInt.empty(), Optional.of(DataSize.ofKibibytes(40))),
                Optional.of(DataSize.ofKibibytes(21)),
                Optional.empty()));
        byte[] body = body(part, instance("1.2.3.1", 9));
        long begin = System.nanoTime();
        assertThat(web.post(body).statusCode()).as(what).isIn(200, 202);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void a_fault_of_the_gateway_is_not_the_senders() throws Exception {
        listen();
        web.scp = request -> {
            if (request.sopInstance().value().equals("1.2.3.2")) {
                throw new IOException("a fault");
            }
            return web.keep(request);
        };
        HttpResponse<String> answer =
                web.post(body(instance("1.2.3.1", 9), instance("1.2.3.2", 9), instance("1.2.3.3", 9)));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("1.2.3.1").doesNotContain("1.2.3.2", "1.2.3.3");
    }

    /** Whatever it is, wherever: what is stored is told. */
    @Test
    void an_internal_error_loses_no_results() throws Exception {
        listen();
        byte[] whole = body(instance("1.2.3.1", 9), instance("1.2.3.2", 90_000));
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(whole, 0, whole.length - 50_000), new InputStream() {
                    @Override
                    public int read() {
                        throw new IllegalStateException("a mistake");
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) {
                        return read();
                    }
                });
        Storing storing = new Storing(
                Admission.UNLIMITED,
                web::keep,
                new Origin(AeTitle.of("WEB"), AeTitle.of("GATEWAY"), "127.0.0.1"),
                Optional.empty(),
                () -> false,
                new AtomicInteger(),
                9,
                "test");
        storing.take(new Multipart(broken, WebListenerHarness.BOUNDARY));
        assertThat(storing.results().get(0).sopInstance()).hasValue(Uid.of("1.2.3.1"));
        assertThat(storing.results()).filteredOn(StoreResult::isStored).hasSize(1);
        assertThat(storing.end()).hasValue(Storing.End.INTERRUPTED);
    }
}
