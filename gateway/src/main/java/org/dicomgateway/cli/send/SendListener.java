package org.dicomgateway.cli.send;

/** Hears how the sending goes on, from the threads that send. */
public interface SendListener {

    /**
     * Bytes of a dataset were handed to the network; negative when they have to be sent again.
     *
     * @param bytes since the last call
     */
    void sent(long bytes);

    /** A file needs nothing more, or nothing more can be done for it. */
    void finished(Result result);
}
