package org.dicomgateway.commit;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;

/**
 * What became of one instance of a request.
 *
 * @param note for operators: where it stands; empty when its storage can be committed
 */
record Fate(Kind kind, String note) {

    /** What became of it. */
    enum Kind {
        /** Every copy is where it must be. */
        STORED,
        /** A copy waits, or is held. */
        WAITING,
        /** A copy is parked: an operator can still help. */
        PARKED,
        /** An operator gave up a copy. */
        DISCARDED,
        /** The spool does not know it, or not the version that counts. */
        UNKNOWN,
        /** Its SOP class is not that of the request. */
        OTHER_CLASS
    }

    private static final Fate STORED = new Fate(Kind.STORED, "");

    /**
     * Judges an instance by its newest version: every copy that its routes planned must satisfy {@code when}.
     *
     * @param newest as the spool knows it
     */
    static Fate of(SopReference reference, Optional<FoundInstance> newest, AnswerWhen when) {
        String uid = reference.sopInstance().value();
        if (newest.isEmpty()) {
            return new Fate(
                    Kind.UNKNOWN, uid + " is not known: never received, or longer ago than gateway.spool.history");
        }
        FoundInstance found = newest.get();
        if (!found.instance().sopClass().equals(reference.sopClass())) {
            return new Fate(
                    Kind.OTHER_CLASS, uid + " has SOP class " + found.instance().sopClass());
        }
        if (found.deliveries().isEmpty()) {
            return new Fate(Kind.WAITING, uid + " is held: no route applies to it");
        }
        return worst(uid, found.deliveries(), when);
    }

    private static Fate worst(String uid, List<FoundDelivery> deliveries, AnswerWhen when) {
        Set<Optional<String>> stored = deliveries.stream()
                .filter(each -> satisfies(each, when))
                .map(FoundDelivery::destination)
                .collect(Collectors.toSet());
        Fate worst = STORED;
        for (FoundDelivery each : deliveries) {
            // A delivery that was merged is made by another one, to the same destination.
            boolean done =
                    each.state() == DeliveryState.MERGED ? stored.contains(each.destination()) : satisfies(each, when);
            if (!done) {
                Fate fate = new Fate(kindOf(each.state()), uid + " is " + where(each));
                worst = worst.kind.compareTo(fate.kind) < 0 ? fate : worst;
            }
        }
        return worst;
    }

    private static boolean satisfies(FoundDelivery delivery, AnswerWhen when) {
        if (delivery.state() != DeliveryState.DELIVERED) {
            return false;
        }
        CopyState copy = copy(delivery);
        return switch (when) {
            // A server that answered with success and does not hold it now would make the report untrue.
            case DELIVERED -> copy != CopyState.MISSING && copy != CopyState.DIFFERING;
            case VERIFIED -> copy == CopyState.VERIFIED;
        };
    }

    private static CopyState copy(FoundDelivery delivery) {
        return delivery.lastCheck().map(FoundCheck::state).orElse(CopyState.UNCHECKED);
    }

    private static Kind kindOf(DeliveryState state) {
        return switch (state) {
            case PARKED -> Kind.PARKED;
            case DISCARDED -> Kind.DISCARDED;
            // By a newer version, which the spool no longer knows.
            case SUPERSEDED -> Kind.UNKNOWN;
            case PENDING, HELD, MERGED, DELIVERED -> Kind.WAITING;
        };
    }

    private static String where(FoundDelivery delivery) {
        String copy = delivery.state() == DeliveryState.DELIVERED ? " and " + lowerCase(copy(delivery)) : "";
        return lowerCase(delivery.state()) + copy + " at "
                + delivery.destination().orElse("no destination yet") + " (route " + delivery.route() + ")";
    }

    private static String lowerCase(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing can make it better. What is unknown may still arrive, for a time. */
    boolean isFinal(boolean stillExpected) {
        return switch (kind) {
            case WAITING, PARKED -> false;
            case UNKNOWN -> !stillExpected;
            case STORED, DISCARDED, OTHER_CLASS -> true;
        };
    }

    /** The reason for the report, when its storage is not committed. */
    FailureReason reason() {
        return switch (kind) {
            case UNKNOWN -> FailureReason.NO_SUCH_OBJECT_INSTANCE;
            case OTHER_CLASS -> FailureReason.CLASS_INSTANCE_CONFLICT;
            case STORED, WAITING, PARKED, DISCARDED -> FailureReason.PROCESSING_FAILURE;
        };
    }
}
