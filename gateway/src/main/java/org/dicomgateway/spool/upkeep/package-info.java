/**
 * What keeps the spool small and sound: recycles segments, moves stragglers to files of their own, forgets old
 * history, watches the room that is left.
 *
 * <p>In: the clock. Out: free segments. Threads: one, for all of it. Never here: deleting what was not delivered.
 */
@NullMarked
package org.dicomgateway.spool.upkeep;

import org.jspecify.annotations.NullMarked;
