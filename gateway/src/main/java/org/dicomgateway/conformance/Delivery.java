package org.dicomgateway.conformance;

import java.util.Collection;
import java.util.List;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.PresentationPair;

/** The chapter on what the gateway sends. */
final class Delivery {

    private Delivery() {}

    static void describe(Draft draft, Loaded settings) {
        Collection<DestinationSettings> destinations =
                settings.routing().destinations().values();
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
                                + "time.")
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
    }

    private static List<String> destination(DestinationSettings destination) {
        return List.of(
                destination.name(),
                destination.peer().aeTitle().value(),
                destination.peer().host() + ":" + destination.peer().port(),
                destination.callingAe().map(each -> each.value()).orElse("that of the sender"),
                "up to " + destination.maxAssociations(),
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
