package org.dicomgateway.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One audit message, in the terms of PS3.15 A.5.1 and A.5.2.
 *
 * @param event what happened
 * @param type which kind of it
 * @param action C, R, U, D or E, as A.5.2 says
 * @param at when
 * @param outcome whether it went well
 * @param reason why it did not; may be empty
 * @param participants who took part; at least one
 * @param objects what it was about
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
     * @param requestor whether it began this; one at most does
     * @param role its part in this
     * @param address where it is; may be empty
     */
    record Participant(
            String userId, String alternativeUserId, boolean requestor, Optional<Code> role, String address) {}

    /**
     * ParticipantObjectIdentification.
     *
     * @param id its identifier
     * @param idType of which kind that is
     * @param name in words; the standard wants some
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
