package org.dicomgateway.forward.web;

import java.io.IOException;
import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox.SentAs;

/** Compares what a server has of an instance with what is to be delivered. */
@FunctionalInterface
public interface HeldCopy {

    /** What a server has. */
    enum Kind {
        /** The same content. */
        SAME,
        /** Other content under the same SOP Instance UID. */
        OTHER,
        /** Nothing. */
        ABSENT,
        /** It has the instance; what it has cannot be compared. */
        UNKNOWN
    }

    /**
     * What was found.
     *
     * @param detail for operators; may be empty
     */
    record Answer(Kind kind, String detail) {}

    /**
     * Reads what the server has, and compares it. Ends in bounded time.
     *
     * @param sentAs what is sent instead of the instance; empty: the instance as it was received
     * @throws IOException when the server cannot be asked
     */
    Answer of(DestinationSettings destination, Claim claim, Optional<SentAs> sentAs) throws IOException;
}
