/**
 * The spool on one machine's disk, put together from its rooms.
 *
 * <p>In: settings, a planner, a chooser. Out: {@link Spool}, which plays every role of {@code spool}; {@link SpoolReader}
 * for commands beside a running gateway. Threads: the committer, the ledger's writer and the upkeep, each said in its
 * room. Never here: work that a room can do itself.
 */
@NullMarked
package org.dicomgateway.spool.engine;

import org.jspecify.annotations.NullMarked;
