package org.dicomgateway.spool;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is in the spool, or was until its history was forgotten. For any number of threads.
 *
 * <p>A search looks for a bounded time, whatever the spool holds: what it has found by then is the page, which may be
 * short or even empty, and {@code next} is where the following one goes on. Newest first. Within the pages of one search
 * nothing is found twice, unless it changes meanwhile.
 */
public interface SpoolSearch {

    /**
     * Instances.
     *
     * @param after {@link Page#next} of the page before; empty: the first page
     * @param limit items of the page, at least 1
     * @throws IllegalArgumentException when {@code after} is of no page
     * @throws SearchException when too many search at the same time, or the ledger cannot be read
     */
    Page<FoundInstance> instances(Search search, Optional<String> after, int limit);

    /** Deliveries; see {@link #instances}. */
    Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit);

    /**
     * Studies with an instance that is looked for, each whole; see {@link #instances}. Instances without a Study Instance
     * UID are one study.
     */
    Page<FoundStudy> studies(Search search, Optional<String> after, int limit);

    /** What happened to an instance; empty when it is not known, or no longer. @throws SearchException as above */
    Optional<Story> story(long instanceId);

    /** For each destination that something waits for, when the oldest of that was received. */
    Map<String, Instant> oldestWaiting();

    /**
     * Some of what was found.
     *
     * @param next where the next page begins; empty when there is none
     */
    record Page<T>(List<T> items, Optional<String> next) {

        /** Copies the list. */
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * An instance and its deliveries.
     *
     * @param rulesVersion the rules that planned them
     * @param routed whether a route applied to it
     */
    record FoundInstance(Instance instance, long rulesVersion, boolean routed, List<FoundDelivery> deliveries) {

        /** Copies the list. */
        public FoundInstance {
            deliveries = List.copyOf(deliveries);
        }
    }

    /**
     * A delivery.
     *
     * @param id the spool's key of it
     * @param instanceId the spool's key of its instance
     * @param sopInstance SOP Instance UID
     * @param study Study Instance UID
     * @param route that wants it
     * @param copy which of the route's copies
     * @param destination empty while none can be used
     * @param candidates who may get it; empty: only the destination
     * @param attempts that counted, at this destination
     * @param due not before
     * @param lastStatus DIMSE status of the last attempt; empty: there was no response, or no attempt
     * @param reason why the last attempt failed, or why it was discarded or superseded; empty: none did
     * @param since when it came into its state, as far as that is known: settled, or received
     */
    record FoundDelivery(
            long id,
            long instanceId,
            String sopInstance,
            String study,
            String route,
            int copy,
            Optional<String> destination,
            List<String> candidates,
            DeliveryState state,
            int attempts,
            Instant due,
            OptionalInt lastStatus,
            String reason,
            Instant since) {

        /** Copies the list. */
        public FoundDelivery {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * A study: all of its instances that the spool knows, each receipt counted.
     *
     * @param bytes of their datasets
     * @param unrouted instances that are held because no route applies to them
     * @param callingAes who sent it
     * @param destinations where it goes, by name; the empty name: what waits for any
     */
    record FoundStudy(
            String study,
            String accession,
            String patient,
            List<String> modalities,
            long instances,
            long bytes,
            long unrouted,
            Instant firstReceivedAt,
            Instant lastReceivedAt,
            List<String> callingAes,
            List<StudyAt> destinations) {

        /** Copies the lists. */
        public FoundStudy {
            modalities = List.copyOf(modalities);
            callingAes = List.copyOf(callingAes);
            destinations = List.copyOf(destinations);
        }
    }

    /**
     * How far a study got at one destination, in deliveries.
     *
     * @param reason why one of those that are not done last failed; empty: none did
     */
    record StudyAt(
            String destination,
            long delivered,
            long pending,
            long parked,
            long held,
            long superseded,
            long discarded,
            String reason) {}

    /**
     * An instance and what happened to it, in order of time.
     */
    record Story(FoundInstance instance, List<Event> events) {

        /** Copies the list. */
        public Story {
            events = List.copyOf(events);
        }
    }

    /** What may happen. */
    enum EventKind {
        /** It was received. */
        RECEIVED,
        /** No route applied to it. */
        HELD,
        /** A route wants it delivered. */
        PLANNED,
        /** An attempt failed, and is repeated. */
        ATTEMPT,
        /** An attempt failed, and the delivery was given up. */
        PARKED,
        /** An operator had it tried again. */
        RETRIED,
        /** An operator gave it to another destination. */
        REROUTED,
        /** An operator gave it up for good. */
        DISCARDED,
        /** A newer version was sent there before; it will not be sent. */
        SUPERSEDED,
        /** A destination has it. */
        DELIVERED
    }

    /**
     * Something that happened, or the same several times in a row.
     *
     * @param at when, for the first time
     * @param lastAt when for the last time
     * @param times how often
     * @param deliveryId to which delivery; 0: to the instance
     * @param route whose delivery
     * @param destination where; several, separated by commas, when it is not chosen
     * @param status DIMSE status
     * @param reason why; empty when there is nothing to say
     */
    record Event(
            Instant at,
            Instant lastAt,
            long times,
            EventKind kind,
            long deliveryId,
            String route,
            String destination,
            OptionalInt status,
            String reason) {}
}
