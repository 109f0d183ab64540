package org.dicomgateway.route;

/**
 * A destination that could get an instance, as input of a ranking.
 *
 * @param destination its name
 * @param weight its weight, at least 1
 * @param secondsWaiting how long its pending and running deliveries will take at the last measured rate; 0 when idle
 */
record Candidate(String destination, int weight, double secondsWaiting) {}
