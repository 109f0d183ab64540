package org.dicomgateway.route;

/**
 * A destination that may get an instance, as a ranking sees it.
 *
 * @param destination its name
 * @param weight its share, at least 1
 * @param secondsWaiting how long what waits for it and is on its way will take at the rate last measured; 0 when idle
 */
record Candidate(String destination, int weight, double secondsWaiting) {}
