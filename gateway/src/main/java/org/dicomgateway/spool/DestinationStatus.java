package org.dicomgateway.spool;

/**
 * What a destination looks like to whoever chooses among several.
 *
 * @param destination its name
 * @param usable whether it takes deliveries now: it is there, not failing, not paused, and its hours are open
 * @param answers whether it answers what it is sent, as far as is known: one that keeps us waiting longer than it ever did
 *     may be hanging, or about to answer
 * @param bytesPerSecond how fast it took instances lately; a guess as long as it took none, always positive
 */
public record DestinationStatus(String destination, boolean usable, boolean answers, double bytesPerSecond) {

    /** One of which nothing is known to be wrong but, perhaps, that it cannot be used. */
    public DestinationStatus(String destination, boolean usable, double bytesPerSecond) {
        this(destination, usable, true, bytesPerSecond);
    }
}
