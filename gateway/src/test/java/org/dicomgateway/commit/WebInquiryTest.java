package org.dicomgateway.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.web.HostileWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that commit over DICOMweb as PS3.18 13 has it, at once and later, and servers that do not. */
class WebInquiryTest {

    private static final Uid CT = Uid.of("1.2.840.10008.5.1.4.1.1.2");
    private static final SopReference ONE = new SopReference(CT, Uid.of("1.2.3.1"));
    private static final SopReference TWO = new SopReference(CT, Uid.of("1.2.3.2"));
    private static final CommitmentRequest REQUEST = new CommitmentRequest(Uid.of("2.25.99"), List.of(ONE, TWO));
    private static final String RESULT = """
            {"00081199":{"vr":"SQ","Value":[{"00081150":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},
             "00081155":{"vr":"UI","Value":["1.2.3.1"]}}]},
             "00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2.3.2"]},
             "00081197":{"vr":"US","Value":[274]}}]}}""";
    private static final CommitmentResult MEANT = new CommitmentResult(
            REQUEST.transaction(), List.of(ONE), List.of(new Failure(TWO, FailureReason.NO_SUCH_OBJECT_INSTANCE)));

    private HostileWebServer server;
    private Instant now = Instant.parse("2026-03-01T08:00:00Z");
    private final List<CommitmentResult> reports = new ArrayList<>();

    private Answer reporting(CommitmentResult result) {
        reports.add(result);
        return Answer.TAKEN;
    }

    @BeforeEach
    void start() throws IOException {
        server = new HostileWebServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Inquiry inquiry() {
        DestinationSettings destination = Destinations.web(
                "cloud",
                Destinations.dicomWeb(server.url("/dw"), Optional.empty(), Optional.empty(), WhenExists.COMPARE));
        return Inquiry.of(destination, WebAccess.to(destination, new TlsContexts(InstantSource.system())), () -> now);
    }

    private Inquiry.Reply ask(Inquiry inquiry) throws AssociationException {
        return inquiry.ask(REQUEST, this::reporting, () -> {});
    }

    private List<Uid> later(Inquiry inquiry, Duration time) {
        now = now.plus(time);
        return inquiry.collect(each -> true, this::reporting);
    }

    private static void answer(HttpExchange exchange, int status, String retryAfter, String body) throws IOException {
        if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
        }
        HostileWebServer.answer(exchange, status, "application/dicom+json", body);
    }

    private Stream<String> asked() {
        return server.requests().stream().map(each -> each.method() + " " + each.path());
    }

    @Test
    void a_result_at_once_is_a_report() throws Exception {
        server.answers(200, "application/dicom+json", RESULT);

        assertThat(ask(inquiry()).kind()).isEqualTo(Inquiry.Kind.TAKEN);

        assertThat(reports).containsExactly(MEANT);
        assertThat(asked()).containsExactly("POST /dw/commitment-requests/2.25.99");
        assertThat(server.requests().get(0).contentType()).isEqualTo("application/dicom+json");
        assertThat(server.requests().get(0).body())
                .isEqualTo("{\"00081199\":{\"vr\":\"SQ\",\"Value\":["
                        + "{\"00081150\":{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]},"
                        + "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.1\"]}},"
                        + "{\"00081150\":{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]},"
                        + "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2.3.2\"]}}]}}");
    }

    @Test
    void a_result_that_takes_time_is_asked_for_when_the_server_wants_it_and_with_growing_pauses() throws Exception {
        server.behaviour = exchange -> answer(exchange, 202, "60", "");
        Inquiry inquiry = inquiry();
        assertThat(ask(inquiry).kind()).isEqualTo(Inquiry.Kind.TAKEN);
        later(inquiry, Duration.ofSeconds(59));
        assertThat(asked()).hasSize(1);
        server.behaviour = exchange -> answer(exchange, 202, "", "");
        later(inquiry, Duration.ofSeconds(1));
        assertThat(asked()).hasSize(2).endsWith("GET /dw/commitment-requests/2.25.99");
        for (int i = 0; i < 24 * 60; i++) {
            later(inquiry, Duration.ofMinutes(1));
        }
        assertThat(asked()).as("a day").hasSizeBetween(20, 45);
        assertThat(reports).isEmpty();

        server.answers(200, "application/dicom+json", RESULT);
        assertThat(later(inquiry, Duration.ofHours(1))).isEmpty();
        assertThat(reports).containsExactly(MEANT);
        int all = server.requests().size();
        later(inquiry, Duration.ofHours(2));
        assertThat(asked()).as("no more").hasSize(all);
    }

    @Test
    void a_request_that_had_arrived_before_its_connection_broke_off_is_not_made_twice() throws Exception {
        server.behaviour = exchange -> answer(exchange, 409, "", "");
        Inquiry inquiry = inquiry();
        assertThat(ask(inquiry).kind()).isEqualTo(Inquiry.Kind.TAKEN);
        server.answers(200, "application/dicom+json", RESULT);
        later(inquiry, Duration.ofSeconds(5));
        assertThat(reports).containsExactly(MEANT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"404", "410", "200 {}", "200 <html>"})
    void what_the_server_has_forgotten_is_told(String said) throws Exception {
        server.behaviour = exchange -> answer(exchange, 202, "", "");
        Inquiry inquiry = inquiry();
        ask(inquiry);
        server.answers(
                Integer.parseInt(said.substring(0, 3)),
                "application/dicom+json",
                said.substring(3).strip());
        assertThat(later(inquiry, Duration.ofSeconds(5))).containsExactly(REQUEST.transaction());
        assertThat(reports).isEmpty();
        assertThat(later(inquiry, Duration.ofHours(1))).isEmpty();
    }

    @Test
    void what_is_not_waited_for_any_more_is_not_asked_for() throws Exception {
        server.behaviour = exchange -> answer(exchange, 202, "", "");
        Inquiry inquiry = inquiry();
        ask(inquiry);
        now = now.plusSeconds(10);
        inquiry.collect(each -> false, this::reporting);
        later(inquiry, Duration.ofHours(1));
        assertThat(asked()).hasSize(1);
    }

    @Test
    void a_server_in_trouble_is_asked_for_the_result_later() throws Exception {
        server.behaviour = exchange -> answer(exchange, 202, "", "");
        Inquiry inquiry = inquiry();
        ask(inquiry);
        server.behaviour = exchange -> answer(exchange, 503, "120", "");
        assertThat(later(inquiry, Duration.ofSeconds(5))).isEmpty();
        later(inquiry, Duration.ofSeconds(119));
        assertThat(asked()).hasSize(2);
        server.answers(200, "application/dicom+json", RESULT);
        later(inquiry, Duration.ofSeconds(1));
        assertThat(reports).containsExactly(MEANT);
    }

    @ParameterizedTest
    @CsvSource({
        "404, NOT_OFFERED",
        "405, NOT_OFFERED",
        "410, NOT_OFFERED",
        "501, NOT_OFFERED",
        "400, REFUSED",
        "401, REFUSED",
        "403, REFUSED",
        "429, REFUSED",
        "500, REFUSED",
        "503, REFUSED"
    })
    void a_server_that_does_not_offer_it_is_told_from_one_that_refuses(int status, Inquiry.Kind kind) throws Exception {
        server.behaviour = exchange -> answer(exchange, status, "90", "");
        Inquiry.Reply reply = ask(inquiry());
        assertThat(reply.kind()).isEqualTo(kind);
        assertThat(reply.why()).contains("HTTP " + status);
        assertThat(reply.pause()).isEqualTo(Duration.ofSeconds(kind == Inquiry.Kind.REFUSED ? 90 : 0));
        assertThat(reports).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>", "{}", "{\"00081199\":{\"Value\":[{\"00081155\":{\"Value\":[\"1.2.3.77\"]}}]}}"})
    void an_answer_that_names_none_of_the_instances_is_none(String body) {
        server.answers(200, "application/dicom+json", body);
        assertThatThrownBy(() -> ask(inquiry()))
                .isInstanceOf(AssociationException.class)
                .hasMessageContaining("without a result");
        assertThat(reports).isEmpty();
    }
}
