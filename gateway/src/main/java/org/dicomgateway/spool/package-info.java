/**
 * The roles and values of the spool: what other stages see of the one place that keeps instances.
 *
 * <p>In: instances as they arrive ({@link Intake}) and the outcomes of deliveries ({@link Outbox}). Out: claims on what
 * is due ({@link Outbox}), and what is where ({@link SpoolView}, {@link SpoolSearch}). The {@link Planner} decides what
 * goes where, the {@link Chooser} which of several candidates gets it; the spool asks both.
 *
 * <p>Threads: none; {@code engine} lists those of the spool. Never here: an implementation, the network, the rules, and a
 * path made of anything that came over the network.
 */
@NullMarked
package org.dicomgateway.spool;

import org.jspecify.annotations.NullMarked;
