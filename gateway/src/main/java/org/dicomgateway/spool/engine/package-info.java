/**
 * The spool on one machine's disk, assembled from its rooms.
 *
 * <p>In: settings, a planner, a chooser. Out: {@link Spool}, which has every role of {@code spool}; {@link SpoolReader}
 * for commands beside a running gateway.
 *
 * <p>Threads: the committer, the ledger's writer, reassignment and maintenance; each room describes its own. Never
 * here: work that a room can do itself.
 */
@NullMarked
package org.dicomgateway.spool.engine;

import org.jspecify.annotations.NullMarked;
