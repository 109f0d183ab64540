/**
 * Associations to one destination: opened for what waits, used again, closed when there is nothing to send.
 *
 * <p>In: what must be sent. Out: an open association, or why there is none. Threads: the worker's that asks. Never here: a
 * claim, and a decision on whether to try again.
 */
@NullMarked
package org.dicomgateway.forward.association;

import org.jspecify.annotations.NullMarked;
