/**
 * The lanes: workers that claim, send and settle; one that watches them; and all lanes together.
 *
 * <p>In: rules in force, claims. Out: deliveries, settlements, wake-ups. A reader begins at {@code Lane.deliverNext}.
 * Threads: one worker for each lane, more while there is more to do than one batch, as many as the destination may have
 * associations and showed to bear; one for each lane that watches while its workers wait for an answer; one for all lanes
 * that asks servers about themselves. Never here: choosing a route.
 */
@NullMarked
package org.dicomgateway.forward.lane;

import org.jspecify.annotations.NullMarked;
