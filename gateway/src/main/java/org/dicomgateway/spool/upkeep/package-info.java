/**
 * Keeps the spool small and sound: recycles segments, moves stragglers to their own files, deletes old history, watches
 * the free space.
 *
 * <p>In: the clock. Out: free segments. Threads: one, for all of it. Never here: deleting what was not delivered.
 */
@NullMarked
package org.dicomgateway.spool.upkeep;

import org.jspecify.annotations.NullMarked;
