package org.dicomgateway.config.settings;

import java.util.Locale;
import java.util.function.Function;

/** How a route chooses among its destinations. Data only; the choosing is for {@code route}. */
public sealed interface Strategy {

    /** What belongs together, and therefore stays with one destination for as long as that one can be used. */
    enum Affinity {
        /** Nothing: each instance is chosen for by itself. */
        NONE,
        /** The instances of a series. */
        SERIES,
        /** The instances of a study. */
        STUDY,
        /** The instances of a patient. */
        PATIENT
    }

    /** By what a destination is chosen among those that can be used. */
    enum Algorithm {
        /** Each in turn. */
        ROUND_ROBIN,
        /** Each in turn, as often as its weight says. */
        WEIGHTED,
        /** The one that will be done first with what waits for it. */
        LEAST_LOADED,
        /** Weighted rendezvous hashing on what belongs together: every gateway chooses the same. */
        HASH
    }

    /** What becomes of a delivery that its destination refuses for good. */
    enum WhenRefused {
        /** It is parked: an operator decides. */
        PARK,
        /** It goes to another candidate that has not refused it; without any left it is parked. */
        NEXT
    }

    /** Every destination gets a copy. */
    record Broadcast() implements Strategy {
        @Override
        public String word() {
            return "broadcast";
        }

        @Override
        public Affinity affinity() {
            return Affinity.NONE;
        }

        @Override
        public WhenRefused whenRefused() {
            return WhenRefused.PARK;
        }
    }

    /** The first one that can be used, in the order of the route. */
    record Failover(Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "failover";
        }
    }

    /** One of them. */
    record Balance(Algorithm algorithm, Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "balance";
        }
    }

    /**
     * Several different ones.
     *
     * @param copies how many, at least 2 and at most as many as the route has destinations
     */
    record Replicate(int copies, Algorithm algorithm, Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "replicate";
        }
    }

    /** As it is written in {@code routing.conf}. */
    String word();

    /** What stays together. */
    Affinity affinity();

    /** What becomes of a delivery that is refused. */
    WhenRefused whenRefused();

    /** Calls the function for what this is. */
    default <T> T match(
            Function<Broadcast, T> onBroadcast,
            Function<Failover, T> onFailover,
            Function<Balance, T> onBalance,
            Function<Replicate, T> onReplicate) {
        if (this instanceof Broadcast broadcast) {
            return onBroadcast.apply(broadcast);
        } else if (this instanceof Failover failover) {
            return onFailover.apply(failover);
        } else if (this instanceof Balance balance) {
            return onBalance.apply(balance);
        }
        return onReplicate.apply((Replicate) this);
    }

    /** One of the enumerated words as it is written: {@code least-loaded}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
