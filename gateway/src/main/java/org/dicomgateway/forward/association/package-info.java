/**
 * Associations to one destination: opened when instances wait, reused, and closed when there is nothing to send.
 *
 * <p>In: what must be sent. Out: an open association, or the reason why there is none. Threads: those of the workers
 * that ask. Never here: a claim, or the decision whether to try again.
 */
@NullMarked
package org.dicomgateway.forward.association;

import org.jspecify.annotations.NullMarked;
