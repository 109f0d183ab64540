package org.dicomgateway.observe;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What a stage tells of its work beside the forward log: how large its batches are, and how long they take. Costs nothing
 * while nobody listens.
 */
public final class StageTimes {

    private static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();

    /** Called in the stage's thread: must not block, nor throw. */
    public interface Listener {

        /** So many instances were made durable together. */
        void committed(int instances, long nanos);

        /** The ledger took so many changes in, in one transaction. */
        void applied(int changes, long nanos);
    }

    private StageTimes() {}

    /** Has it told from now on. Returns what ends it. */
    public static Runnable listen(Listener listener) {
        LISTENERS.add(listener);
        return () -> LISTENERS.remove(listener);
    }

    /** Some instances were made durable together. */
    public static void committed(int instances, long nanos) {
        LISTENERS.forEach(listener -> listener.committed(instances, nanos));
    }

    /** The ledger took some changes in. */
    public static void applied(int changes, long nanos) {
        LISTENERS.forEach(listener -> listener.applied(changes, nanos));
    }
}
