package org.dicomgateway.admin.api;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.StudyAt;

/**
 * A study: all of its instances that the gateway knows. An instance that was received twice counts twice.
 *
 * @param modality several are separated by commas
 * @param bytes of the datasets
 * @param unrouted instances that are held because no route applies to them
 * @param destinations the destinations of its deliveries; the empty name: deliveries that have no destination yet
 * @param sentence what to tell somebody who asks for it, with the gateway's local times; names no patient
 */
public record StudyView(
        String studyInstanceUid,
        String accessionNumber,
        String patientId,
        String modality,
        long instances,
        long bytes,
        long unrouted,
        Instant firstReceivedAt,
        Instant lastReceivedAt,
        List<String> callingAes,
        List<At> destinations,
        String sentence) {

    /** Copies the lists. */
    public StudyView {
        callingAes = List.copyOf(callingAes);
        destinations = List.copyOf(destinations);
    }

    /**
     * The progress at one destination, counted in deliveries.
     *
     * @param why the reason for what is not done: a clause that begins with "it", or words of the gateway or of the
     *     destination; empty when there is nothing to say
     * @param verified of the delivered ones, those that the destination was last found to hold, as they were sent
     * @param missing those that it was found not to have
     * @param differing those of which it was found to have other content
     * @param committed those that it has committed
     * @param uncommitted those that it reported as failed, when it was asked to commit them
     */
    public record At(
            String destination,
            long delivered,
            long pending,
            long parked,
            long held,
            long superseded,
            long discarded,
            String why,
            long verified,
            long missing,
            long differing,
            long committed,
            long uncommitted) {

        static At of(StudyAt found, Map<String, HealthView> health) {
            return new At(
                    found.destination(),
                    found.delivered(),
                    found.pending(),
                    found.parked(),
                    found.held(),
                    found.superseded(),
                    found.discarded(),
                    why(found, Optional.ofNullable(health.get(found.destination()))),
                    found.verified(),
                    found.missing(),
                    found.differing(),
                    found.committed(),
                    found.uncommitted());
        }

        private static String why(StudyAt found, Optional<HealthView> health) {
            if (found.pending() + found.parked() + found.held() == 0) {
                return "";
            }
            Optional<HealthView> unusable = health.filter(view -> found.parked() == 0 && !view.usable());
            if (unusable.isPresent()) { // what failed last may be long ago, and is not why it waits now
                return clause(unusable.get());
            }
            if (!found.reason().isEmpty()) {
                return found.reason();
            }
            if (found.held() > 0) {
                return "no such destination in the rules";
            }
            if (found.destination().isEmpty()) {
                return "none of its destinations can be used";
            }
            return health.filter(view -> !view.state().equals("up"))
                    .map(At::clause)
                    .orElse("");
        }

        /** As "it is down: cannot connect" or "it is closed by schedule until ten". */
        private static String clause(HealthView health) {
            boolean goesOn = health.why().startsWith("by ") || health.why().startsWith("until ");
            return "it is " + health.state() + (health.why().isEmpty() ? "" : (goesOn ? " " : ": ") + health.why());
        }
    }

    public static StudyView of(FoundStudy found, Map<String, HealthView> health) {
        StudyView study = new StudyView(
                found.study(),
                found.accession(),
                found.patient(),
                String.join(",", found.modalities()),
                found.instances(),
                found.bytes(),
                found.unrouted(),
                found.firstReceivedAt(),
                found.lastReceivedAt(),
                found.callingAes(),
                found.destinations().stream().map(at -> At.of(at, health)).toList(),
                "");
        return study.saying(StudySentence.of(found.accession(), study, ZoneId.systemDefault(), Instant.now()));
    }

    private StudyView saying(String words) {
        return new StudyView(
                studyInstanceUid,
                accessionNumber,
                patientId,
                modality,
                instances,
                bytes,
                unrouted,
                firstReceivedAt,
                lastReceivedAt,
                callingAes,
                destinations,
                words);
    }
}
