package org.dicomgateway.spool;

/**
 * The state of a destination, as a strategy sees it when it chooses one of several candidates.
 *
 * @param destination the destination's name
 * @param usable whether the destination accepts deliveries now: it exists, is not failing, is not paused, and its hours
 *     are open
 * @param answers whether the destination answers as expected. False when it delays an answer longer than ever before:
 *     it may hang, or be about to answer
 * @param bytesPerSecond the recent throughput, always positive; an estimate until the destination has taken instances
 */
public record DestinationStatus(String destination, boolean usable, boolean answers, double bytesPerSecond) {}
