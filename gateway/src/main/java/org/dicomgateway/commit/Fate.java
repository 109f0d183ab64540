package org.dicomgateway.commit;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.Whereabouts.Version;
import org.dicomgateway.spool.Whereabouts.VersionAt;

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
     * Judges an instance by its newest version: every copy that its routes require must satisfy {@code when}.
     *
     * @param newest as the spool knows it
     * @param requirements what the rules require of its copies
     */
    static Fate of(SopReference reference, Optional<Version> newest, AnswerWhen when, Requirements requirements) {
        String uid = reference.sopInstance().value();
        if (newest.isEmpty()) {
            return new Fate(
                    Kind.UNKNOWN, uid + " is not known: never received, or longer ago than gateway.spool.history");
        }
        Version found = newest.get();
        if (!found.sopClass().equals(reference.sopClass())) {
            return new Fate(Kind.OTHER_CLASS, uid + " has SOP class " + found.sopClass());
        }
        if (found.copies().isEmpty()) {
            return new Fate(Kind.WAITING, uid + " is held: no route applies to it");
        }
        return worst(uid, found.copies(), when, requirements);
    }

    /** What is de-identified is another instance: no copy of this one, and not asked for. */
    private static boolean isOther(VersionAt copy, Requirements requirements) {
        return copy.other()
                || copy.destination().filter(requirements::isDeidentified).isPresent();
    }

    private static Fate worst(String uid, List<VersionAt> deliveries, AnswerWhen when, Requirements requirements) {
        List<VersionAt> copies =
                deliveries.stream().filter(each -> !isOther(each, requirements)).toList();
        if (copies.isEmpty()) {
            return new Fate(
                    Kind.DISCARDED, uid + " goes only to destinations that get it de-identified: no copy holds it");
        }
        Set<Optional<String>> stored = copies.stream()
                .filter(each -> satisfies(each, when))
                .map(VersionAt::destination)
                .collect(Collectors.toSet());
        return copies.stream().collect(Collectors.groupingBy(VersionAt::route)).entrySet().stream()
                .map(route -> ofRoute(uid, route.getValue(), when, stored, requirements.commitOn(route.getKey())))
                .max(Comparator.comparing(Fate::kind))
                .orElse(STORED);
    }

    private static Fate ofRoute(
            String uid, List<VersionAt> deliveries, AnswerWhen when, Set<Optional<String>> stored, CommitOn commitOn) {
        // Several copies can have been moved to one server. They are one.
        Map<Optional<String>, Fate> servers = deliveries.stream()
                .collect(Collectors.toMap(
                        VersionAt::destination,
                        each -> ofCopy(uid, each, when, stored),
                        BinaryOperator.maxBy(Comparator.comparing(Fate::kind))));
        Set<Optional<String>> named =
                commitOn.destinations().stream().map(Optional::of).collect(Collectors.toSet());
        // The copy for a server that has none was moved elsewhere by an operator, and is required there.
        if (!named.isEmpty() && servers.keySet().containsAll(named)) {
            servers.keySet().retainAll(named);
        }
        List<Fate> fates = servers.values().stream()
                .sorted(Comparator.comparing(Fate::kind))
                .toList();
        return fates.get(Math.min(commitOn.copies().orElse(fates.size()), fates.size()) - 1);
    }

    private static Fate ofCopy(String uid, VersionAt copy, AnswerWhen when, Set<Optional<String>> stored) {
        // A delivery that was merged is made by another one, to the same destination.
        boolean done =
                copy.state() == DeliveryState.MERGED ? stored.contains(copy.destination()) : satisfies(copy, when);
        return done ? STORED : new Fate(kindOf(copy.state()), uid + " is " + where(copy));
    }

    private static boolean satisfies(VersionAt delivery, AnswerWhen when) {
        if (delivery.state() != DeliveryState.DELIVERED
                || copy(delivery) == CopyState.DIFFERING
                || isMissing(delivery)) {
            return false;
        }
        return switch (when) {
            case DELIVERED -> true;
            case COMMITTED ->
                delivery.commitment().filter(said -> said.failure().isEmpty()).isPresent();
            case VERIFIED -> copy(delivery) == CopyState.VERIFIED;
        };
    }

    /**
     * Whether the destination was last found, or said itself, not to have it. A server that answered with success and
     * does not hold it now would make the report untrue.
     */
    private static boolean isMissing(VersionAt delivery) {
        Instant checked = delivery.lastCheck().map(FoundCheck::at).orElse(Instant.MIN);
        Instant said = delivery.commitment().map(Commitment::at).orElse(Instant.MIN);
        return said.isAfter(checked)
                ? delivery.commitment().filter(Commitment::isMissing).isPresent()
                : copy(delivery) == CopyState.MISSING;
    }

    private static CopyState copy(VersionAt delivery) {
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

    private static String where(VersionAt delivery) {
        String copy = delivery.state() == DeliveryState.DELIVERED ? " and " + lowerCase(copy(delivery)) : "";
        String said = delivery.commitment()
                .flatMap(Commitment::failure)
                .map(why -> ", which did not commit it: " + why)
                .orElse("");
        return lowerCase(delivery.state()) + copy + " at "
                + delivery.destination().orElse("no destination yet") + " (route " + delivery.route() + ")" + said;
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
