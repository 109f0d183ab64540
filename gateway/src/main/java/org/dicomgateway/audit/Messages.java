package org.dicomgateway.audit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.audit.AuditMessage.Outcome;
import org.dicomgateway.audit.AuditMessage.Participant;
import org.dicomgateway.audit.AuditMessage.Subject;

/**
 * The messages that the gateway sends, each as PS3.15 A.5.3 specifies it.
 *
 * <p>The standard has no message for an operator who controls an application, so the message type was a choice.
 * Application Activity (A.5.3.1) is only for start and stop. Audit Log Used (A.5.3.2) is only for reading a trail.
 * The choice is a Security Alert (A.5.3.11) of the type Use of Restricted Function: a user used a function that not
 * every user may use. With the outcome success, A.5.3.11 itself calls it informative.
 */
final class Messages {

    /** The gateway as a participant (A.5.2.1: a process). */
    private static final String PROCESS = "DICOM Gateway";

    private static final int PERSON = 1;
    private static final int SYSTEM_OBJECT = 2;
    private static final int PATIENT = 1;
    private static final int REPORT = 3;
    private static final int PROCESSING_ELEMENT = 26;

    private final String processId = String.valueOf(ProcessHandle.current().pid());
    private final String host = ownHost();
    private final boolean patientIds;

    /** With or without the patient ID in messages about transfers. */
    Messages(boolean patientIds) {
        this.patientIds = patientIds;
    }

    /** A.5.3.1. */
    AuditMessage applicationActivity(Code startOrStop, Instant at) {
        String launcher = System.getProperty("user.name", "unknown");
        return new AuditMessage(
                Code.APPLICATION_ACTIVITY,
                Optional.of(startOrStop),
                'E',
                at,
                Outcome.SUCCESS,
                "",
                List.of(
                        gateway(false, Optional.of(Code.APPLICATION)),
                        new Participant(launcher, "", true, Optional.of(Code.APPLICATION_LAUNCHER), host)),
                List.of());
    }

    /** A.5.3.3: the transfer of the first instance of a study begins. */
    AuditMessage beginTransferring(Transfer transfer, Instant at) {
        return new AuditMessage(
                Code.BEGIN_TRANSFERRING,
                Optional.empty(),
                'E',
                at,
                Outcome.SUCCESS,
                "",
                ends(transfer),
                objects(transfer, Map.of()));
    }

    /** A.5.3.7: the number of instances of a study that arrived, or that did not arrive. */
    AuditMessage instancesTransferred(
            Transfer transfer, Map<String, Long> instances, Outcome outcome, String reason, Instant at) {
        return new AuditMessage(
                Code.INSTANCES_TRANSFERRED,
                Optional.empty(),
                'C',
                at,
                outcome,
                reason,
                ends(transfer),
                objects(transfer, instances));
    }

    /** A.5.3.11: a node requested an association, and a rule forbids it. */
    AuditMessage nodeRejected(String callingAe, String address, String reason, Instant at) {
        return new AuditMessage(
                Code.SECURITY_ALERT,
                Optional.of(Code.NODE_AUTHENTICATION),
                'E',
                at,
                Outcome.SERIOUS_FAILURE,
                reason,
                List.of(
                        gateway(false, Optional.of(Code.APPLICATION)),
                        new Participant(aeTitle(callingAe), "", true, Optional.empty(), address)),
                List.of(alertOn(callingAe.isEmpty() ? address : callingAe, Code.NODE_ID, reason)));
    }

    /** A.5.3.12: a user or a peer presented wrong credentials. */
    AuditMessage loginFailed(String user, String address, String reason, Instant at) {
        return new AuditMessage(
                Code.USER_AUTHENTICATION,
                Optional.of(Code.LOGIN),
                'E',
                at,
                Outcome.MINOR_FAILURE,
                reason,
                List.of(
                        new Participant(user, "", true, Optional.empty(), address),
                        gateway(false, Optional.of(Code.APPLICATION))),
                List.of());
    }

    /** A.5.3.11: an operator did something, or had no permission to do it. */
    AuditMessage operatorAction(
            String user, String address, String function, String request, boolean done, Instant at) {
        Subject subject = new Subject(
                function,
                Code.URI,
                function,
                SYSTEM_OBJECT,
                PROCESSING_ELEMENT,
                Map.of(),
                Map.of("Alert Description", done ? "done" : "not done", "Request", request));
        return new AuditMessage(
                Code.SECURITY_ALERT,
                Optional.of(Code.RESTRICTED_FUNCTION),
                'E',
                at,
                done ? Outcome.SUCCESS : Outcome.MINOR_FAILURE,
                "",
                List.of(
                        gateway(false, Optional.of(Code.APPLICATION)),
                        new Participant(user.isEmpty() ? "unknown" : user, "", true, Optional.empty(), address)),
                List.of(subject));
    }

    private static Subject alertOn(String id, Code idType, String description) {
        return new Subject(id, idType, id, SYSTEM_OBJECT, 0, Map.of(), Map.of("Alert Description", description));
    }

    private List<Participant> ends(Transfer transfer) {
        return transfer.incoming()
                ? List.of(
                        peer(transfer, true, Code.SOURCE_ROLE),
                        gateway(transfer.ownAe(), false, Optional.of(Code.DESTINATION_ROLE)))
                : List.of(
                        gateway(transfer.ownAe(), true, Optional.of(Code.SOURCE_ROLE)),
                        peer(transfer, false, Code.DESTINATION_ROLE));
    }

    private static Participant peer(Transfer transfer, boolean requestor, Code role) {
        return new Participant(
                aeTitle(transfer.peerAe()), transfer.peerName(), requestor, Optional.of(role), transfer.peerAddress());
    }

    private Participant gateway(String aeTitle, boolean requestor, Optional<Code> role) {
        return new Participant(processId, aeTitle(aeTitle), requestor, role, host);
    }

    private Participant gateway(boolean requestor, Optional<Code> role) {
        return new Participant(processId, PROCESS, requestor, role, host);
    }

    /** A.5.2.2: this prefix distinguishes an AE title from other names. */
    private static String aeTitle(String title) {
        return title.isEmpty() ? "unknown" : "AETITLES=" + title;
    }

    private List<Subject> objects(Transfer transfer, Map<String, Long> instances) {
        List<Subject> objects = new ArrayList<>();
        String study = transfer.studyInstanceUid().isEmpty() ? "unknown" : transfer.studyInstanceUid();
        objects.add(new Subject(study, Code.STUDY_INSTANCE_UID, "study", SYSTEM_OBJECT, REPORT, instances, Map.of()));
        String patient = patientIds && !transfer.patientId().isEmpty() ? transfer.patientId() : "withheld";
        objects.add(new Subject(patient, Code.PATIENT_NUMBER, "patient", PERSON, PATIENT, Map.of(), Map.of()));
        return objects;
    }

    static String ownHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
