package org.dicomgateway.config.settings;

import java.util.Locale;
import java.util.function.Function;

/** How a route chooses among its destinations. Data only: {@code route} makes the choice. */
public sealed interface Strategy {

    /** Which instances belong together. They go to the same destination as long as it is usable. */
    enum Affinity {
        /** None: each instance is handled alone. */
        NONE,
        /** The instances of a series. */
        SERIES,
        /** The instances of a study. */
        STUDY,
        /** The instances of a patient. */
        PATIENT
    }

    /** How a destination is chosen among the usable ones. */
    enum Algorithm {
        /** Each in turn. */
        ROUND_ROBIN,
        /** Each in turn, in proportion to its weight. */
        WEIGHTED,
        /** The one that will finish its pending deliveries first. */
        LEAST_LOADED,
        /** Weighted rendezvous hashing of the affinity key: every gateway makes the same choice. */
        HASH
    }

    /** What happens to a delivery that its destination refuses for good. */
    enum WhenRefused {
        /** The delivery is parked: an operator decides. */
        PARK,
        /** The delivery goes to another candidate that has not refused it. Without one, it is parked. */
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

    /** The first usable destination, in the order of the route. */
    record Failover(Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "failover";
        }
    }

    /** One of the destinations. */
    record Balance(Algorithm algorithm, Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "balance";
        }
    }

    /**
     * Several different destinations.
     *
     * @param copies the number of copies: at least 2, and at most the number of destinations of the route
     */
    record Replicate(int copies, Algorithm algorithm, Affinity affinity, WhenRefused whenRefused) implements Strategy {
        @Override
        public String word() {
            return "replicate";
        }
    }

    /** The word in {@code routing.conf}. */
    String word();

    /** Which instances belong together. */
    Affinity affinity();

    /** What happens to a refused delivery. */
    WhenRefused whenRefused();

    /** Calls the function for the type of this strategy. */
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

    /** The constant in the form of the configuration: {@code least-loaded}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
