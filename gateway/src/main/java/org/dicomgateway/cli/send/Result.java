package org.dicomgateway.cli.send;

/**
 * What became of a file.
 *
 * @param status of the last C-STORE response; {@link org.dicomgateway.forward.outcome.Outcome#NO_STATUS} without one
 * @param reason why it is not stored; empty when it is
 * @param attempts how often it was sent; 0 when it never was
 */
record Result(DicomFile file, int status, String reason, int attempts) {

    /** Whether the peer says that it has the instance. */
    boolean isStored() {
        return reason.isEmpty();
    }
}
