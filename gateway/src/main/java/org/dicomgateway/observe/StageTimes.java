package org.dicomgateway.observe;

/**
 * Gets measurements from the stages in addition to the forward log: the size of their batches, and how long each takes.
 * Runs in the thread of the stage: must not block or throw.
 */
public interface StageTimes {

    /** Ignores everything. */
    StageTimes NONE = new StageTimes() {
        @Override
        public void committed(int instances, long nanos) {}

        @Override
        public void applied(int changes, long nanos) {}
    };

    /** This number of instances became durable together. */
    void committed(int instances, long nanos);

    /** The ledger applied this number of changes in one transaction. */
    void applied(int changes, long nanos);
}
