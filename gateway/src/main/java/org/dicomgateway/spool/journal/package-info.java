/**
 * The journal of facts beside the log: what a ledger that is built anew could not know from log and files
 * (docs/decisions/0007).
 *
 * <p>In: how new the ledger must be, what operators decided, what was sent where, what could not be read. Out: the same, at
 * the next start, and whether the ledger can be trusted. Threads: the callers'. Never here: an instance, and SQL.
 */
@NullMarked
package org.dicomgateway.spool.journal;

import org.jspecify.annotations.NullMarked;
