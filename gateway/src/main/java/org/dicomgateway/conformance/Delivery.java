package org.dicomgateway.conformance;

import java.util.List;
import java.util.stream.Collectors;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.PresentationPair;

/** The chapter on what the gateway sends. */
final class Delivery {

    private Delivery() {}

    static void describe(Draft draft, Loaded settings) {
        List<DestinationSettings> all =
                List.copyOf(settings.routing().destinations().values());
        List<DestinationSettings> destinations =
                all.stream().filter(each -> !each.isWeb()).toList();
        draft.chapter("Sending: association initiation")
                .part("Destinations")
                .table(
                        List.of(
                                "Destination",
                                "AE title",
                                "Address",
                                "Calling AE title",
                                "Associations",
                                "TLS",
                                "Maximum PDU length"),
                        destinations.stream().map(Delivery::destination).toList())
                .table(
                        List.of("Destination", "Connection", "A-ASSOCIATE-AC", "Response", "Release", "C-ECHO every"),
                        destinations.stream().map(Delivery::times).toList())
                .part("When associations are opened")
                .text(
                        "When there is something to send, and for a C-ECHO when nothing was sent for a while or the destination is "
                                + "down. An association stays open for linger after its last instance. It carries one request at a "
                                + "time, or as many as a destination grants that is offered a window. When it breaks in the "
                                + "middle of several, each of them is sent again, alone.")
                .part("Presentation contexts")
                .text(
                        "For each pair of a SOP class and the transfer syntax in which an instance of it was received, one context "
                                + "with this one transfer syntax; at most " + PresentationPair.MAX_PER_ASSOCIATION
                                + " on one association. For C-ECHO, Verification in Implicit VR Little Endian. The SCU role, without "
                                + "role selection. An instance whose context is refused is parked for an operator; the others are sent.")
                .part("Statuses of C-STORE, and what is done")
                .table(List.of("Status", "Meaning", "What is done"), Codes.storeStatuses())
                .text(
                        "Another status of 0xBxxx counts as delivered; any other is tried again, as 0xC000 is. A destination that "
                                + "refuses every instance counts as down, and nothing is parked until it takes some again.")
                .part("What else can happen")
                .table(
                        List.of("Event", "What is done"),
                        List.of(
                                List.of(
                                        "A-ASSOCIATE-RJ, A-ABORT, no connection, a timeout, a broken message",
                                        "the instance stays pending, and is tried again without limit; after several failures "
                                                + "in a row the destination counts as down, and is asked by C-ECHO until it "
                                                + "answers"),
                                List.of(
                                        "A-ASSOCIATE-RJ 1/1/3 or 1/1/7",
                                        "the same; the log says which AE title the destination does not know"),
                                List.of("no answer to a C-STORE", "sent again; 0x0111 then counts as delivered")));
        web(draft, all.stream().filter(DestinationSettings::isWeb).toList());
        transcoding(draft, all.stream().filter(each -> each.transcode().isOn()).toList());
        changes(draft, all.stream().filter(each -> !each.transforms().isEmpty()).toList());
    }

    private static void transcoding(Draft draft, List<DestinationSettings> destinations) {
        draft.part("Transfer syntaxes that are made");
        if (destinations.isEmpty()) {
            draft.text("None: every destination gets each instance in the transfer syntax in which it was received.");
            return;
        }
        draft.text(
                        "For these destinations, one more context is proposed for each transfer syntax that can be made of an "
                                + "instance. Only when that in which it was received is not accepted, it is brought into the first "
                                + "of these that is accepted, without loss; the SOP Instance UID stays. Over DICOMweb the list "
                                + "alone decides. What cannot be made certainly is parked, and not sent.")
                .table(
                        List.of("Destination", "Pixel data", "Transfer syntaxes, the preferred one first"),
                        destinations.stream()
                                .map(each -> List.of(
                                        each.name(),
                                        each.transcode().pixels()
                                                ? "compressed and decompressed"
                                                : "not compressed, not decompressed",
                                        each.transcode().syntaxes().stream()
                                                .map(syntax -> Dictionary.name(syntax.uid())
                                                        .orElse(syntax.toString()))
                                                .collect(Collectors.joining(", "))))
                                .toList());
    }

    private static void web(Draft draft, List<DestinationSettings> destinations) {
        draft.part("Destinations over DICOMweb");
        if (destinations.isEmpty()) {
            draft.text("None is configured: every destination has an AE title.");
            return;
        }
        draft.text(
                        "Store Instances (STOW-RS, PS3.18 10.5): POST to studies, multipart/related, application/dicom, with "
                                + "the instances that are due, each in the transfer syntax in which it was received. The result of "
                                + "an instance in the response, as DICOM JSON or XML, decides together with the HTTP status.")
                .table(
                        List.of(
                                "Destination",
                                "Address",
                                "When it has the instance already",
                                "Requests at once",
                                "In one request",
                                "TLS"),
                        destinations.stream().map(Delivery::service).toList());
    }

    private static List<String> service(DestinationSettings destination) {
        DicomWebSettings web = destination.dicomWeb().orElseThrow();
        return List.of(
                destination.name(),
                web.url().toString(),
                switch (web.whenExists()) {
                    case COMPARE -> "compared: the same is delivered, other content is parked";
                    case REPLACE -> "compared: other content is deleted there, and the instance sent again";
                    case KEEP -> "delivered, whatever it has";
                },
                "up to " + destination.maxAssociations(),
                "up to " + web.maxRequest(),
                Protection.ofClient(destination.requestor().tls()));
    }

    private static void changes(Draft draft, List<DestinationSettings> destinations) {
        draft.part("Coercion and de-identification");
        if (destinations.isEmpty()) {
            draft.text("No destination has transforms: no attribute is changed.");
            return;
        }
        draft.text("Only these destinations get changed instances. Pixel data is changed only where the masks of a "
                        + "profile are. What cannot be changed completely is parked, and not sent. The attributes that "
                        + "a profile changes: docs/deidentification.md.")
                .table(
                        List.of("Destination", "Transforms", "De-identification"),
                        destinations.stream()
                                .map(each -> List.of(
                                        each.name(),
                                        each.transforms().stream()
                                                .map(TransformSettings::name)
                                                .collect(Collectors.joining(", ")),
                                        each.transforms().stream()
                                                .flatMap(transform -> transform.profile().stream())
                                                .map(Delivery::profile)
                                                .collect(Collectors.joining(", "))))
                                .toList());
    }

    private static String profile(ProfileSettings profile) {
        String options = profile.options().stream()
                .map(option -> ", " + option.code() + " " + option.meaning())
                .collect(Collectors.joining());
        return "113100 Basic Application Confidentiality Profile" + options;
    }

    private static List<String> destination(DestinationSettings destination) {
        return List.of(
                destination.name(),
                destination.peer().orElseThrow().aeTitle().value(),
                destination.peer().orElseThrow().host() + ":"
                        + destination.peer().orElseThrow().port(),
                destination.callingAe().map(each -> each.value()).orElse("that of the sender"),
                "up to " + destination.maxAssociations()
                        + (destination.requestor().window() > 1
                                ? ", a window of " + destination.requestor().window() + " operations is offered"
                                : ""),
                Protection.ofClient(destination.requestor().tls()),
                destination.requestor().maxPduLength() + " bytes");
    }

    private static List<String> times(DestinationSettings destination) {
        RequestorSettings requestor = destination.requestor();
        return List.of(
                destination.name(),
                DurationText.of(requestor.connectTimeout()),
                DurationText.of(requestor.associationTimeout()),
                DurationText.of(requestor.responseTimeout()),
                DurationText.of(requestor.releaseTimeout()),
                DurationText.of(destination.probeInterval()));
    }
}
