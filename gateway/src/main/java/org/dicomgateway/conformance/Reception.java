package org.dicomgateway.conformance;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;

/** The chapter on what the gateway takes. */
final class Reception {

    private Reception() {}

    static void describe(Draft draft, GatewaySettings gateway) {
        List<ListenerSettings> dicom = gateway.listeners().stream()
                .filter(listener -> listener.web().isEmpty())
                .toList();
        draft.chapter("Receiving: association acceptance")
                .part("Listeners")
                .table(
                        List.of("Listener", "Address", "AE titles", "TLS", "Associations", "Maximum PDU length"),
                        dicom.stream().map(Reception::listener).toList())
                .table(
                        List.of(
                                "Listener",
                                "A-ASSOCIATE-RQ within",
                                "Idle association aborted after",
                                "Silent message aborted after"),
                        dicom.stream().map(Reception::times).toList())
                .part("Who may send")
                .text("The first rule of which all conditions are met applies. An empty condition is met by everyone.")
                .table(
                        List.of(
                                "Listener",
                                "Rule",
                                "Calling AE title",
                                "Called AE title",
                                "Address",
                                "Certificate",
                                "User",
                                "SOP classes",
                                "Transfer syntaxes"),
                        gateway.listeners().stream()
                                .flatMap(listener -> listener.access().stream().map(rule -> access(listener, rule)))
                                .toList())
                .part("Presentation contexts")
                .table(
                        List.of("Abstract syntax", "Transfer syntaxes", "Role", "Chosen transfer syntax"),
                        List.of(
                                List.of("Verification (1.2.840.10008.1.1)", "any", "SCP", "the first that is proposed"),
                                List.of(
                                        "any storage SOP class",
                                        "any, known or not, unless a rule names some",
                                        "SCP",
                                        "the first that is proposed; with a rule that names some, the first of the rule's "
                                                + "list that is proposed"),
                                List.of(
                                        "Storage Commitment Push Model (1.2.840.10008.1.20.1)",
                                        "Explicit and Implicit VR Little Endian",
                                        "SCP for configured senders; SCU for reports of destinations that were asked",
                                        "Explicit before Implicit VR Little Endian")))
                .text(
                        "Another abstract syntax is refused with result 3, no usable transfer syntax with result 4, and a SOP class "
                                + "that the rule does not permit with result 1 (user rejection). The SCP role is refused in role selection, except for "
                                + "reports of storage commitment.")
                .part("Answers to requests")
                .table(List.of("Status", "Meaning", "When"), Codes.storeAnswers())
                .text(
                        "With any other answer than 0x0000, the gateway keeps nothing of the instance. An association that is "
                                + "aborted or lost in the middle of an instance leaves nothing of it.")
                .part("Rejected associations")
                .table(List.of("Result/source/reason", "Result", "When"), Codes.rejections());
        WebReception.describe(
                draft,
                gateway.listeners().stream()
                        .filter(listener -> listener.web().isPresent())
                        .toList());
    }

    private static List<String> listener(ListenerSettings listener) {
        AcceptorSettings acceptor = listener.acceptor();
        return List.of(
                listener.name(),
                acceptor.bind().getHostString() + ":" + acceptor.bind().getPort(),
                listener.aeTitles().stream().map(each -> each.value()).sorted().collect(Collectors.joining(", ")),
                Protection.of(acceptor.tls()),
                acceptor.maxAssociations()
                        + (acceptor.maxAssociationsPerHost().isPresent()
                                ? ", " + acceptor.maxAssociationsPerHost().getAsInt() + " of one address"
                                : ""),
                acceptor.maxPduLength() + " bytes");
    }

    private static List<String> times(ListenerSettings listener) {
        AcceptorSettings acceptor = listener.acceptor();
        return List.of(
                listener.name(),
                DurationText.of(acceptor.requestTimeout()),
                DurationText.of(acceptor.idleTimeout()),
                DurationText.of(acceptor.readTimeout()));
    }

    private static List<String> access(ListenerSettings listener, AccessRule rule) {
        return List.of(
                listener.name(),
                rule.name(),
                text(rule.callingAe()),
                text(rule.calledAe()),
                rule.remoteHost().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                text(rule.certificate()),
                text(rule.user()),
                rule.sopClass().map(String::valueOf).orElse("any for storage"),
                rule.transferSyntaxes().isEmpty()
                        ? "any"
                        : rule.transferSyntaxes().stream()
                                .map(each -> ConformanceStatement.named(each.uid()))
                                .collect(Collectors.joining(", ")));
    }

    private static String text(Optional<?> condition) {
        return condition.map(String::valueOf).orElse("");
    }
}
