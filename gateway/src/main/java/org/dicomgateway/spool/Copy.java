package org.dicomgateway.spool;

import java.util.Optional;

/**
 * The copy of an instance that a destination should hold: a delivered delivery.
 *
 * @param deliveryId the delivery
 * @param instance what was sent; when it was transformed, with the UIDs and the length of that
 * @param destination where
 * @param digest of the dataset that was sent; empty when the gateway that received it made none
 * @param restored the dataset as a server held it from which it was taken again, when the spool had no bytes any
 *     more. Element by element it is what was sent; empty when nothing was taken
 * @param state the result of the last check
 * @param md5 of the destination's file, when its dataset was last compared with what was sent and was the same
 * @param replaced whether a newer version was sent there since: then the destination should hold that one
 * @param transformed whether it was changed on its way: then it is no copy of what others were sent
 */
public record Copy(
        long deliveryId,
        Instance instance,
        String destination,
        Optional<DatasetDigest> digest,
        Optional<Encoding> restored,
        CopyState state,
        Optional<String> md5,
        boolean replaced,
        boolean transformed) {

    /**
     * One encoding of a dataset.
     *
     * @param length in bytes
     */
    public record Encoding(DatasetDigest digest, long length) {}
}
