package org.dicomgateway.conformance;

import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;

/** What the gateway takes as an origin server of DICOMweb. */
final class WebReception {

    private WebReception() {}

    /** Nothing, without such a listener. */
    static void describe(Draft draft, List<ListenerSettings> listeners) {
        if (listeners.isEmpty()) {
            return;
        }
        draft.part("Store Instances (STOW-RS)")
                .table(
                        List.of(
                                "Listener",
                                "URL",
                                "TLS",
                                "Login",
                                "Stands for the calling AE title",
                                "Stands for the called AE title",
                                "Connections",
                                "Instances of a request"),
                        listeners.stream().map(WebReception::listener).toList())
                .text(
                        "POST to /dicom-web/studies, and to /dicom-web/studies/{study}: then the Study Instance UID of each instance "
                                + "must be that of the URL. The rules above apply to each request as to an association.")
                .table(
                        List.of("Part", "Taken or given"),
                        List.of(
                                List.of(
                                        "Request",
                                        "multipart/related; type=\"application/dicom\": any storage SOP class, any transfer "
                                                + "syntax, unless a rule names some. No metadata and bulk data, no content encoding"),
                                List.of("Answer", "application/dicom+json, application/dicom+xml; Retrieve URL empty"),
                                List.of("Not offered", "retrieve, search, worklist, delete")))
                .table(
                        List.of("Status", "When"),
                        List.of(
                                List.of("200", "all instances and the lists of their deliveries are durable on disk"),
                                List.of("202", "some are; the others are listed with the reason"),
                                List.of("400", "the body is broken, stopped or too slow, or has no or too many parts"),
                                List.of("401, 403", "no valid login; no rule lets the sender in"),
                                List.of("404, 405, 406, 415", "another path, method, form of the answer, media type"),
                                List.of("409", "none is stored, for reasons of their content"),
                                List.of("413", "more than the rule permits in one request (max-association-size)"),
                                List.of(
                                        "503, with Retry-After",
                                        "the gateway takes nothing now, or all connections are in use; or none is stored, and "
                                                + "a later try may succeed")))
                .text(
                        "Failure reasons are the status values above, and 0xC122 for a transfer syntax that the rule does not permit. A "
                                + "part that is no instance is in the Other Failures Sequence. With every other status than 200 and 202, the "
                                + "answer lists what was stored before.");
    }

    private static List<String> listener(ListenerSettings listener) {
        AcceptorSettings acceptor = listener.acceptor();
        ListenerSettings.Web web = listener.web().orElseThrow();
        List<String> logins = new ArrayList<>();
        if (!web.users().isEmpty()) {
            logins.add("user and password (Basic)");
        }
        web.jwt().ifPresent(jwt -> logins.add("JWT (RS256, ES256) of " + jwt.issuer()));
        return List.of(
                listener.name(),
                (acceptor.tls().isPresent() ? "https://" : "http://")
                        + acceptor.bind().getHostString() + ":"
                        + acceptor.bind().getPort() + "/dicom-web",
                Protection.of(acceptor.tls()),
                logins.isEmpty() ? "none" : String.join(", ", logins),
                web.callingAe().value(),
                listener.aeTitles().iterator().next().value(),
                String.valueOf(acceptor.maxAssociations()),
                String.valueOf(web.maxInstances()));
    }
}
