package org.dicomgateway.conformance;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.conformance.Statement.Draft;
import org.dicomgateway.dicom.commitment.StorageCommitment;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.Implementation;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.Negotiation;

/**
 * The conformance statement of the gateway (PS3.2) for one configuration. Statuses, rejections, names and limits come
 * from the tables and settings that the gateway works by.
 */
public final class ConformanceStatement {

    private ConformanceStatement() {}

    /**
     * The statement.
     *
     * @param version of the program
     */
    public static Statement of(Loaded settings, String version) {
        Draft draft = new Draft();
        overview(draft, settings, version);
        model(
                draft,
                destinations(settings).stream()
                        .anyMatch(each -> !each.transforms().isEmpty()),
                destinations(settings).stream()
                        .anyMatch(each -> each.transcode().isOn()));
        Reception.describe(draft, settings.gateway());
        Delivery.describe(draft, settings);
        commitment(draft, settings);
        verification(draft, settings);
        Protection.describe(draft, settings.gateway());
        classes(draft);
        return draft.end("DICOM Gateway: DICOM conformance statement");
    }

    private static void overview(Draft draft, Loaded settings, String version) {
        boolean commits = !settings.gateway().commitment().senders().isEmpty();
        boolean asks = destinations(settings).stream()
                .anyMatch(each -> each.commitment().request() && !each.isWeb());
        boolean asksOnTheWeb = destinations(settings).stream()
                .anyMatch(each -> each.commitment().request() && each.isWeb());
        boolean web = destinations(settings).stream().anyMatch(DestinationSettings::isWeb);
        boolean receivesByWeb = settings.gateway().listeners().stream()
                .anyMatch(listener -> listener.web().isPresent());
        boolean checks =
                destinations(settings).stream().anyMatch(each -> each.verify().isOn());
        draft.chapter("Overview")
                .text(
                        "DICOM Gateway receives instances by C-STORE, keeps them durably before it answers with success, and "
                                + "sends them to one or several destinations by rules. It has no user interface for images, and "
                                + "neither displays nor prints them.")
                .text("This statement is for version " + version
                        + " and one configuration: it says what the gateway does "
                        + "with that configuration. The command “conformance” prints it for yours. The order follows PS3.2. “SCU” and “SCP” are the roles of the "
                        + "gateway.")
                .table(
                        List.of("Service", "SCU", "SCP", "Note"),
                        List.of(
                                List.of("Verification (C-ECHO)", "yes", "yes", ""),
                                List.of(
                                        "Storage (C-STORE)",
                                        "yes",
                                        "yes",
                                        "every storage SOP class, private ones as well"),
                                List.of(
                                        "Store Instances (STOW-RS)",
                                        yesOrNo(web),
                                        yesOrNo(receivesByWeb),
                                        "as a user agent, to destinations with dicomweb and no AE title; as an origin server, "
                                                + "on listeners with type = dicomweb"),
                                List.of(
                                        "Storage Commitment Push Model",
                                        yesOrNo(asks),
                                        yesOrNo(commits),
                                        "SCP for the senders under gateway.commitment; SCU for destinations with "
                                                + "commitment.request"),
                                List.of(
                                        "Storage Commitment (DICOMweb)",
                                        yesOrNo(asksOnTheWeb),
                                        "no",
                                        "as a user agent, to destinations over DICOMweb with commitment.request"),
                                List.of(
                                        "Study Root Query/Retrieve, FIND and GET",
                                        checks ? "yes" : "when an operator asks",
                                        "no",
                                        "only to check what a destination holds, where nothing better is configured")))
                .text("Not supported: media storage, print, worklist, MPPS, C-MOVE, hanging protocols, and queries and "
                        + "retrieval over DICOMweb.");
    }

    private static String yesOrNo(boolean yes) {
        return yes ? "yes" : "no";
    }

    private static List<DestinationSettings> destinations(Loaded settings) {
        return List.copyOf(settings.routing().destinations().values());
    }

    private static void model(Draft draft, boolean changes, boolean transcodes) {
        draft.chapter("Implementation model")
                .part("Data flow")
                .text(
                        "A sender opens an association to a listener, and sends instances. Each instance is written to the spool "
                                + "and synced to disk together with the list of its deliveries; then the gateway answers 0x0000. A "
                                + "worker of the destination opens an association to it, and sends the instance by C-STORE. Receiving "
                                + "does not wait for sending.")
                .part("What happens to an instance")
                .text((changes || transcodes
                                ? "To a destination without transforms and transcoding, the dataset"
                                : "The dataset")
                        + " is sent byte for byte as it was received. The gateway does not coerce, add or remove "
                        + "attributes"
                        + (transcodes ? ". " : ", and does not transcode. ")
                        + "It checks a CRC-32C over all bytes while it sends; what does not "
                        + "match is not sent."
                        + (changes ? " What transforms change: see “Coercion and de-identification”." : "")
                        + (transcodes ? " What is transcoded: see “Transfer syntaxes that are made”." : ""))
                .text(
                        "An instance that arrives again with the same SOP Instance UID is sent again. When its content differs, "
                                + "no destination gets the older version after the newer one.")
                .text(
                        "Delivery is at least once: after a crash, or when an answer was lost, an instance can be sent again.")
                .part("Implementation identifying information")
                .table(
                        List.of("Item", "Value"),
                        List.of(
                                List.of("Application Context Name", "1.2.840.10008.3.1.1.1"),
                                List.of("Implementation Class UID", Implementation.CLASS_UID),
                                List.of("Implementation Version Name", Implementation.VERSION_NAME),
                                List.of(
                                        "Asynchronous operations window (PS3.7 D.3.3.3)",
                                        "a sender that offers one is granted up to " + Negotiation.MAX_OPERATIONS
                                                + " operations, which are performed in order; offered to a destination "
                                                + "for C-STORE where its table says so; otherwise not offered, and 1 "
                                                + "operation at a time"),
                                List.of("SOP Class Extended Negotiation", "not offered, and ignored"),
                                List.of("SOP Class Common Extended Negotiation", "not offered, and ignored")));
    }

    private static void commitment(Draft draft, Loaded settings) {
        CommitmentSettings offered = settings.gateway().commitment();
        draft.chapter("Storage commitment").part("As an SCP, for senders");
        if (offered.senders().isEmpty()) {
            draft.text(
                    "Not offered: no sender is configured under gateway.commitment.senders. The presentation context is "
                            + "refused (abstract syntax not supported).");
        } else {
            draft.text("SOP class " + named(StorageCommitment.SOP_CLASS)
                            + ", in Explicit and Implicit VR Little Endian. A "
                            + "request is answered when it is on disk. It is answered by one N-EVENT-REPORT, when for each "
                            + "instance it is known what became of it, and after "
                            + DurationText.of(offered.deadline()) + " at the latest. Committed means, for every copy: "
                            + committedMeans(offered.answerWhen()) + ".")
                    .table(
                            List.of("Sender", "AE title", "Address for reports", "Association for reports", "TLS"),
                            offered.senders().stream()
                                    .map(each -> List.of(
                                            each.name(),
                                            each.peer().aeTitle().value(),
                                            each.peer().host() + ":"
                                                    + each.peer().port(),
                                            switch (each.report()) {
                                                case NEW_ASSOCIATION -> "new, with SCP role selection";
                                                case SAME_ASSOCIATION ->
                                                    "that of the request while it is open, else new";
                                            },
                                            yesOrNo(each.tls().isPresent())))
                                    .toList())
                    .table(List.of("Answer to N-ACTION", "Meaning", "When"), Codes.commitmentAnswers())
                    .table(List.of("Failure Reason (0008,1197) in a report", "When"), Codes.failureReasons());
        }
        List<DestinationSettings> asked = destinations(settings).stream()
                .filter(each -> each.commitment().request())
                .toList();
        draft.part("As an SCU, to destinations");
        if (asked.isEmpty()) {
            draft.text("No destination is asked: none has commitment.request = true.");
        } else {
            draft.text("The gateway sends N-ACTION for the instances of a study after its last delivery, and takes the "
                            + "N-EVENT-REPORT on the same association or on one that the destination opens to a listener (the "
                            + "gateway then accepts the SCU role). What is not committed is checked, and sent again where it "
                            + "is missing. A destination over DICOMweb is asked by POST to commitment-requests (PS3.18 13), and "
                            + "by GET for a result that it does not have at once.")
                    .table(
                            List.of("Destination", "Asked after", "Waits for the report"),
                            asked.stream()
                                    .map(each -> List.of(
                                            each.name(),
                                            DurationText.of(each.commitment().after()),
                                            DurationText.of(each.commitment().deadline())))
                                    .toList())
                    .table(List.of("Answer to N-EVENT-REPORT", "Meaning", "When"), Codes.reportAnswers());
        }
    }

    private static String committedMeans(CommitmentSettings.AnswerWhen when) {
        return switch (when) {
            case DELIVERED -> "its destination has answered the C-STORE with success, and no check found otherwise";
            case COMMITTED -> "its destination has committed its storage itself, and no check found otherwise since";
            case VERIFIED -> "a check found that its destination holds it, as it was sent";
        };
    }

    private static void verification(Draft draft, Loaded settings) {
        draft.chapter("Query and retrieve, to check what a destination holds")
                .text(
                        "Where a destination has neither rest nor dicomweb configured, the gateway asks it by C-FIND, and reads "
                                + "back by C-GET what is to be compared byte for byte. It uses the Study Root model "
                                + "(1.2.840.10008.5.1.4.1.2.2.1 and .3), hierarchical search, with Study, Series and SOP Instance UID "
                                + "as keys and no attribute of a patient. For C-GET it proposes each SOP class with SCP role selection.")
                .table(
                        List.of("Destination", "What is checked", "By", "Within"),
                        destinations(settings).stream()
                                .map(each -> List.of(
                                        each.name(),
                                        switch (each.verify().level()) {
                                            case NONE -> "nothing, unless an operator asks";
                                            case PRESENCE -> "whether it is there";
                                            case CONTENT -> "whether it is there, as it was sent";
                                        },
                                        each.rest().isPresent()
                                                ? "Orthanc's REST API"
                                                : each.dicomWeb().isPresent()
                                                        ? "QIDO-RS and WADO-RS"
                                                        : "C-FIND and C-GET",
                                        each.verify().isOn()
                                                ? DurationText.of(each.verify().within())
                                                : ""))
                                .toList());
    }

    private static void classes(Draft draft) {
        draft.chapter("Storage SOP classes")
                .text(
                        "As an SCP and an SCU, the gateway takes every class that the standard stores by C-STORE, also one that is "
                                + "not in this list because it is newer, and every private class. An access rule can narrow that down. "
                                + "Conformance is that of level 2 (full) for storage: all attributes are kept.")
                .table(
                        List.of("SOP class", "UID"),
                        Dictionary.storageSopClasses().stream()
                                .map(uid -> List.of(Dictionary.name(uid).orElse(""), uid.value()))
                                .toList());
    }

    static String named(Uid uid) {
        Optional<String> name = Dictionary.name(uid);
        return name.map(text -> text + " (" + uid + ")").orElseGet(uid::value);
    }
}
