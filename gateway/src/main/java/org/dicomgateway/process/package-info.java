/**
 * The gateway's own threads: how they are created, how their health is checked, and what ends the process.
 *
 * <p>In: work that must run as long as the gateway does. Out: a {@link org.dicomgateway.process.LongLived} thread for
 * it. Threads: those that it creates for others. Never here: the work itself, and running on after an {@code Error}.
 * A thread that ran out of memory can leave anything half done. The next start can repair this; the thread cannot.
 */
@NullMarked
package org.dicomgateway.process;

import org.jspecify.annotations.NullMarked;
