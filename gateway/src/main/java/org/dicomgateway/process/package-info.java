/**
 * The gateway's own threads: how they are made, how one knows whether they are there, and what ends the process.
 *
 * <p>In: work that must go on as long as the gateway does. Out: a {@link org.dicomgateway.process.LongLived} thread for it.
 * Never here: work itself, and going on after an {@code Error}. A thread that ran out of memory may have been in the
 * middle of anything; the next start knows what to do about that, and the thread does not.
 */
@NullMarked
package org.dicomgateway.process;

import org.jspecify.annotations.NullMarked;
