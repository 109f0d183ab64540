/**
 * The start of the spool: makes ledger, log and files agree.
 *
 * <p>In: what the last process left. Out: a ledger that knows everything, and the end of the log. A ledger is rebuilt
 * if it is lost, damaged, or older than the journal says.
 *
 * <p>Threads: the one that opens the spool; runs once, before anything is accepted. Never here: deleting a file that no
 * ledger knows.
 */
@NullMarked
package org.dicomgateway.spool.recovery;

import org.jspecify.annotations.NullMarked;
