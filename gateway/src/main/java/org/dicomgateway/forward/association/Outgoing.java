package org.dicomgateway.forward.association;

import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Outbox.SentAs;

/**
 * What is sent of one instance.
 *
 * @param pair its SOP class and transfer syntax
 * @param sopInstance its SOP Instance UID
 * @param length of its dataset, in bytes; {@link #UNKNOWN} before it is read
 * @param dataset read once, to its end; when it throws, the destination must not get a complete instance
 * @param sentAs what is sent instead of the instance; empty: the instance as it was received
 */
public record Outgoing(
        PresentationPair pair, Uid sopInstance, long length, InputStream dataset, Optional<SentAs> sentAs) {

    /** The length is not known before the dataset is read. */
    public static final long UNKNOWN = -1;
}
