package org.dicomgateway.spool;

/**
 * A delivery in somebody's hands.
 *
 * @param deliveryId the delivery's key in the ledger; stays the same over all attempts
 * @param instance what to deliver
 * @param route the route that wants it
 * @param copy which copy of that route
 * @param destination who must get it
 * @param attempts attempts that counted, before this one
 */
public record Claim(long deliveryId, Instance instance, String route, int copy, String destination, int attempts) {}
