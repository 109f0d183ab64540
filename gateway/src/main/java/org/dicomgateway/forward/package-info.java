/**
 * Delivery: a lane for each destination, which takes what is due from the spool's {@code Outbox} and sends it.
 *
 * <p>In: claims. Out: C-STORE requests to the destination, settlements to the spool, a line in the forward log for each
 * outcome. A destination that is slow, dead or full holds up its own lane and nobody else.
 *
 * <p>Threads: per lane as many workers as the destination may have associations, and one that probes. Never here:
 * choosing a route, files, and an association kept open with nothing to send.
 */
@NullMarked
package org.dicomgateway.forward;

import org.jspecify.annotations.NullMarked;
