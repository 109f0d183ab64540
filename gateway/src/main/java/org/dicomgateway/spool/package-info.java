/**
 * The one place where instances are kept: a log that is the truth, a ledger that is its index.
 *
 * <p>In: instances as they arrive ({@link Intake}) and the outcomes of deliveries ({@link Outbox}). Out: claims on what
 * is due ({@link Outbox}), and what is where ({@link SpoolView}). What to deliver where is decided by the
 * {@link Planner} it was given; how, by whoever claims.
 *
 * <p>Threads: the committer (makes what waits in the log durable; when it is idle, the caller does), the ledger writer
 * (applies changes in batches), and the keeper (recycles segments, moves stragglers, forgets old history, watches free
 * space). Callers' threads gather and read instances.
 *
 * <p>Never here: the network, the rules, and a path made of anything that came over the network. Undelivered data is
 * never deleted to make room.
 */
@NullMarked
package org.dicomgateway.spool;

import org.jspecify.annotations.NullMarked;
