package org.dicomgateway.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One audit message, in the terms of PS3.15 A.5.1 and A.5.2.
 *
 * @param event what happened
 * @param type the type of the event
 * @param action C, R, U, D or E, see A.5.2
 * @param at when it happened
 * @param outcome success or failure
 * @param reason why it failed; may be empty
 * @param participants the nodes, processes and users that took part; at least one
 * @param objects the objects that the event is about
 */
record AuditMessage(
        Code event,
        Optional<Code> type,
        char action,
        Instant at,
        Outcome outcome,
        String reason,
        List<Participant> participants,
        List<Subject> objects) {

    /** Copies the lists. */
    AuditMessage {
        participants = List.copyOf(participants);
        objects = List.copyOf(objects);
    }

    /** EventOutcomeIndicator. */
    enum Outcome {
        SUCCESS(0),
        MINOR_FAILURE(4),
        SERIOUS_FAILURE(8);

        private final int indicator;

        Outcome(int indicator) {
            this.indicator = indicator;
        }

        int indicator() {
            return indicator;
        }
    }

    /**
     * ActiveParticipant.
     *
     * @param userId an AE title with its scheme (A.5.2.1), a process, or a person
     * @param alternativeUserId another name; may be empty
     * @param requestor whether it started the event; at most one participant did
     * @param role its role in the event
     * @param address its network address; may be empty
     */
    record Participant(
            String userId, String alternativeUserId, boolean requestor, Optional<Code> role, String address) {}

    /**
     * ParticipantObjectIdentification.
     *
     * @param id its identifier
     * @param idType the type of the identifier
     * @param name a name in words; the standard requires one for some objects
     * @param type 1 person, 2 system object (A.5.1.2.2)
     * @param role 1 patient, 3 report, 13 security resource, 26 processing element; 0 for none
     * @param instances number of instances by SOP Class UID
     * @param details texts by name
     */
    record Subject(
            String id,
            Code idType,
            String name,
            int type,
            int role,
            Map<String, Long> instances,
            Map<String, String> details) {

        /** Copies the maps. */
        Subject {
            instances = Map.copyOf(instances);
            details = Map.copyOf(details);
        }
    }
}
