/**
 * The way in: gathers an instance while it arrives, plans it, and makes it durable.
 *
 * <p>In: a stream and what was announced of it. Out: an accepted instance, after its record and its planned deliveries
 * are synced; or a refusal, after which nothing of it is left.
 *
 * <p>Threads: the caller's gathers and waits; the committer appends and syncs for all that wait, and when it is idle the
 * caller does that itself. Never here: the wire, and a byte changed.
 */
@NullMarked
package org.dicomgateway.spool.intake;

import org.jspecify.annotations.NullMarked;
