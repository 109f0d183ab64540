package org.dicomgateway.spool;

import java.util.Optional;

/**
 * The copy of an instance that a destination should hold: a delivered delivery.
 *
 * @param deliveryId the delivery
 * @param instance what was sent
 * @param destination where
 * @param digest of the dataset that was sent; empty when the gateway that received it made none
 * @param state the result of the last check
 * @param md5 of the destination's file, when its dataset was last compared with what was sent and was the same
 * @param replaced whether a newer version was sent there since: then the destination should hold that one
 */
public record Copy(
        long deliveryId,
        Instance instance,
        String destination,
        Optional<DatasetDigest> digest,
        CopyState state,
        Optional<String> md5,
        boolean replaced) {}
