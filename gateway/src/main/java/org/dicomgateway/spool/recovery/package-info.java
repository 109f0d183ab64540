/**
 * The start of the spool: makes ledger, log and files agree.
 *
 * <p>In: what the last process left. Out: a ledger that knows everything, and the end of the log. A ledger that is lost,
 * damaged or older than the log says is built anew. Runs once, before anything is taken in, in the thread that opens the
 * spool. Never here: deleting a file that no ledger knows.
 */
@NullMarked
package org.dicomgateway.spool.recovery;

import org.jspecify.annotations.NullMarked;
