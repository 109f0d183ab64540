/**
 * The roles and values of the spool: what other stages see of the one place that keeps instances.
 *
 * <p>In: arriving instances ({@link Intake}) and outcomes of deliveries ({@link Outbox}). Out: claims on due deliveries
 * ({@link Outbox}), and the contents of the spool ({@link SpoolView}, {@link SpoolSearch}). The spool asks the
 * {@link Planner} where an instance goes, and the {@link Chooser} which of several candidates gets it.
 *
 * <p>Threads: none; {@code engine} lists the threads of the spool. Never here: an implementation, the network, the
 * rules, and a path made from data that came over the network.
 */
@NullMarked
package org.dicomgateway.spool;

import org.jspecify.annotations.NullMarked;
