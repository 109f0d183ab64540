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
     * @param why the reason for what is not done; empty when there is nothing to say
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
            boolean done = found.pending() + found.parked() + found.held() == 0;
            String why = found.reason();
            if (!done && why.isEmpty()) {
                Optional<HealthView> known = Optional.ofNullable(health.get(found.destination()));
                if (found.held() > 0) {
                    why = "no such destination in the rules";
                } else if (found.destination().isEmpty()) {
                    why = "none of its destinations can be used";
                } else {
                    why = known.filter(view -> !view.state().equals("up"))
                            .map(view -> view.state() + (view.why().isEmpty() ? "" : ": " + view.why()))
                            .orElse("");
                }
            }
            return new At(
                    found.destination(),
                    found.delivered(),
                    found.pending(),
                    found.parked(),
                    found.held(),
                    found.superseded(),
                    found.discarded(),
                    done ? "" : why,
                    found.verified(),
                    found.missing(),
                    found.differing(),
                    found.committed(),
                    found.uncommitted());
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
