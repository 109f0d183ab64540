package org.dicomgateway.spool;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Searches what is in the spool, and what was in it until its history was deleted. Thread-safe.
 *
 * <p>A search runs for a limited time, whatever the size of the spool. The page contains what was found in this time:
 * it can be short, or even empty. {@code next} says where the following page begins. The newest come first. The pages
 * of one search contain nothing twice, unless it changes in the meantime.
 */
public interface SpoolSearch {

    /**
     * Finds instances.
     *
     * @param after {@link Page#next} of the previous page; empty for the first page
     * @param limit the maximum number of items on the page, at least 1
     * @throws IllegalArgumentException when {@code after} is not from a page
     * @throws SearchException when too many searches run at the same time, or the ledger cannot be read
     */
    Page<FoundInstance> instances(Search search, Optional<String> after, int limit);

    /** Finds deliveries; see {@link #instances}. */
    Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit);

    /**
     * Finds studies with at least one matching instance; see {@link #instances}. Each study is reported as a whole. All
     * instances without a Study Instance UID form one study.
     */
    Page<FoundStudy> studies(Search search, Optional<String> after, int limit);

    /**
     * The history of an instance; empty when the spool does not know the instance, or no longer knows it.
     *
     * @throws SearchException as in {@link #instances}
     */
    Optional<Story> story(long instanceId);

    /** Finds instances, each with its history; see {@link #instances}. */
    Page<Story> stories(Search search, Optional<String> after, int limit);

    /** For each destination with waiting deliveries, the time of receipt of the oldest one. */
    Map<String, Instant> oldestWaiting();

    /**
     * One page of results.
     *
     * @param next where the next page begins; empty when this is the last page
     */
    record Page<T>(List<T> items, Optional<String> next) {

        /** Copies the list. */
        public Page {
            items = List.copyOf(items);
        }

        /** The same page, with each item in another form. */
        public <R> Page<R> map(Function<T, R> form) {
            return new Page<>(items.stream().map(form).toList(), next);
        }
    }

    /**
     * An instance and its deliveries.
     *
     * @param rulesVersion the version of the rules that planned the deliveries
     * @param routed whether a route applied to the instance
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
     * @param id the delivery's key in the spool
     * @param instanceId the instance's key in the spool
     * @param sopInstance SOP Instance UID
     * @param study Study Instance UID
     * @param accession Accession Number, or empty
     * @param modality Modality, or empty
     * @param route the route that requested the delivery
     * @param copy the number of the copy within the route
     * @param destination empty while no candidate is usable
     * @param candidates possible destinations; empty when only the destination is possible
     * @param attempts counted attempts at this destination
     * @param due not before this time
     * @param lastStatus DIMSE status of the last attempt; empty without a response or an attempt
     * @param reason why the last attempt failed, or why the delivery was discarded or superseded; otherwise empty
     * @param since when the delivery got its state, as far as known: the time of settlement or of receipt
     * @param lastCheck the last check of what the destination holds; empty when it was never checked
     * @param commitment what the destination last reported about its commitment; empty when it reported nothing
     * @param sentAs the SOP Instance UID under which the destination was sent it, when its transforms made that; empty
     *     when it is sent as it was received, or was not sent yet
     * @param transcoded the transfer syntax in which the destination was sent it, when that is another one
     */
    record FoundDelivery(
            long id,
            long instanceId,
            String sopInstance,
            String study,
            String accession,
            String modality,
            String route,
            int copy,
            Optional<String> destination,
            List<String> candidates,
            DeliveryState state,
            int attempts,
            Instant due,
            OptionalInt lastStatus,
            String reason,
            Instant since,
            Optional<FoundCheck> lastCheck,
            Optional<Commitment> commitment,
            Optional<String> sentAs,
            Optional<TransferSyntax> transcoded) {

        /** Copies the list. */
        public FoundDelivery {
            candidates = List.copyOf(candidates);
        }

        /** Whether the destination was sent another instance: one under another SOP Instance UID. */
        public boolean isOtherInstance() {
            return sentAs.isPresent() && !sentAs.get().equals(sopInstance);
        }
    }

    /**
     * The last check of what a destination holds.
     *
     * @param at when
     * @param how by what means
     * @param detail what was found, if it was not verified; otherwise empty
     */
    record FoundCheck(CopyState state, Instant at, String how, String detail) {}

    /**
     * A study with all its instances that the spool knows. Each receipt counts.
     *
     * @param bytes total length of the datasets
     * @param unrouted instances that are held because no route applies to them
     * @param callingAes the calling AE titles of the senders
     * @param destinations the destinations by name; the empty name stands for deliveries without a destination yet
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
     * The progress of a study at one destination, in deliveries.
     *
     * @param reason why one of the unfinished deliveries last failed; empty when none did
     * @param verified of the delivered ones, those that the destination was last found to hold
     * @param missing those that it was found not to have
     * @param differing those of which it was found to have other content
     * @param committed those that it has committed
     * @param uncommitted those that it reported as failed, when it was asked to commit them
     */
    record StudyAt(
            String destination,
            long delivered,
            long pending,
            long parked,
            long held,
            long superseded,
            long discarded,
            String reason,
            long verified,
            long missing,
            long differing,
            long committed,
            long uncommitted) {}

    /** An instance and its events, in order of time. */
    record Story(FoundInstance instance, List<Event> events) {

        /** Copies the list. */
        public Story {
            events = List.copyOf(events);
        }
    }

    /** The kinds of events. */
    enum EventKind {
        /** The instance was received. */
        RECEIVED,
        /** No route applied to the instance. */
        HELD,
        /** A route requested the delivery. */
        PLANNED,
        /** An attempt failed; the delivery is tried again. */
        ATTEMPT,
        /** An attempt failed; the delivery was given up. */
        PARKED,
        /** An operator retried the delivery. */
        RETRIED,
        /** An operator moved the delivery to another destination. */
        REROUTED,
        /** An operator gave up the delivery permanently. */
        DISCARDED,
        /** A newer version was sent to this destination before; this one will not be sent. */
        SUPERSEDED,
        /** The destination has the instance. */
        DELIVERED,
        /** A check found that the destination does not hold the instance; it is sent again. */
        SENT_AGAIN,
        /** The last check: the destination holds what was sent. */
        VERIFIED,
        /** The last check: the destination does not have the instance. */
        MISSING,
        /** The last check: the destination has other content. */
        DIFFERING,
        /** The last check: the destination has the instance, but it cannot be compared with what was sent. */
        UNVERIFIABLE,
        /** The last check: a newer version was sent to this destination since. */
        REPLACED,
        /** The last report of the destination: it has committed the storage of the instance. */
        COMMITTED,
        /** The last report of the destination: it has not. */
        NOT_COMMITTED
    }

    /**
     * An event, or the same event several times in a row.
     *
     * @param at when it happened first
     * @param lastAt when it happened last
     * @param times how often it happened
     * @param deliveryId the delivery; 0 when the event concerns the instance
     * @param route the delivery's route
     * @param destination the destination; several candidates, separated by commas, while none is chosen
     * @param status DIMSE status
     * @param reason why; can be empty
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
