package org.dicomgateway.cluster;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;

/**
 * The numbers of {@link DeliveryState} and {@link CopyState} in the database. They stay what they are, whatever becomes
 * of the types.
 */
final class CopyStates {

    private static final List<DeliveryState> BY_NUMBER = List.of(
            DeliveryState.PENDING,
            DeliveryState.DELIVERED,
            DeliveryState.PARKED,
            DeliveryState.MERGED,
            DeliveryState.DISCARDED,
            DeliveryState.SUPERSEDED,
            DeliveryState.HELD);

    private static final List<CopyState> FOUND = List.of(
            CopyState.UNCHECKED,
            CopyState.VERIFIED,
            CopyState.MISSING,
            CopyState.DIFFERING,
            CopyState.UNVERIFIABLE,
            CopyState.REPLACED);

    /** The numbers of the states in which a copy needs a delivery, as a list for SQL. */
    static final String OPEN = Stream.of(DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.HELD)
            .map(state -> Integer.toString(number(state)))
            .collect(joining(", "));

    private CopyStates() {}

    static int number(DeliveryState state) {
        return BY_NUMBER.indexOf(state);
    }

    static int number(CopyState state) {
        return FOUND.indexOf(state);
    }

    static CopyState found(int number) {
        return FOUND.get(number);
    }

    static DeliveryState of(int number) {
        return BY_NUMBER.get(number);
    }
}
