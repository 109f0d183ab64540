package org.dicomgateway.observe;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Measurements from the stages in addition to the forward log: the size of their batches, and how long each takes.
 * Costs nothing when there is no listener.
 */
public final class StageTimes {

    private static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();

    /** Runs in the thread of the stage: must not block or throw. */
    public interface Listener {

        /** This number of instances became durable together. */
        void committed(int instances, long nanos);

        /** The ledger applied this number of changes in one transaction. */
        void applied(int changes, long nanos);
    }

    private StageTimes() {}

    /** Adds a listener. Returns an action that removes it. */
    public static Runnable listen(Listener listener) {
        LISTENERS.add(listener);
        return () -> LISTENERS.remove(listener);
    }

    /** This number of instances became durable together. */
    public static void committed(int instances, long nanos) {
        LISTENERS.forEach(listener -> listener.committed(instances, nanos));
    }

    /** The ledger applied this number of changes. */
    public static void applied(int changes, long nanos) {
        LISTENERS.forEach(listener -> listener.applied(changes, nanos));
    }
}
