package org.dicomgateway.spool;

/**
 * What a destination looks like to whoever chooses among several.
 *
 * @param destination its name
 * @param usable whether it takes deliveries now: it is there, not failing, not paused, and its hours are open
 * @param bytesPerSecond how fast it took instances lately; a guess as long as it took none, always positive
 */
public record Prospect(String destination, boolean usable, double bytesPerSecond) {}
