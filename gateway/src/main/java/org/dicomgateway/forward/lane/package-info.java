/**
 * The lanes: workers that claim, send and settle, a thread that watches them, and all lanes together.
 *
 * <p>In: rules in force, claims. Out: deliveries, settlements, wake-ups. Start reading at {@code Lane.deliverNext}.
 *
 * <p>Threads: each lane has one worker. It has more while there is more to do than one batch, up to the number of
 * associations that the destination may have and has shown it can handle. Each lane has one thread that watches it
 * while its workers wait for an answer. One thread for all lanes asks servers about themselves.
 *
 * <p>Never here: choosing a route.
 */
@NullMarked
package org.dicomgateway.forward.lane;

import org.jspecify.annotations.NullMarked;
