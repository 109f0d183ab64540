package org.dicomgateway.spool;

/**
 * A delivery that a lane has claimed.
 *
 * @param deliveryId the delivery's key in the ledger; stays the same over all attempts
 * @param instance what to deliver
 * @param route the route that requested the delivery
 * @param copy the number of the copy within the route
 * @param destination the destination of the delivery
 * @param attempts counted attempts before this one
 */
public record Claim(long deliveryId, Instance instance, String route, int copy, String destination, int attempts) {}
