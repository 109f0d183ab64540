/**
 * The way in: gathers an instance while it arrives, plans it, and makes it durable.
 *
 * <p>In: a stream, and what the sender announced. Out: an accepted instance, after its record and its planned
 * deliveries are synced; or a refusal, after which nothing of the instance remains.
 *
 * <p>Threads: the caller's thread gathers and waits. The committer appends and syncs for all waiting callers; when it
 * is idle, the caller does that itself. Never here: the network, and a changed byte.
 */
@NullMarked
package org.dicomgateway.spool.intake;

import org.jspecify.annotations.NullMarked;
