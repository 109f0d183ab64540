/**
 * The journal of facts beside the log: what a rebuilt ledger cannot learn from log and files (docs/decisions/0007).
 *
 * <p>In: how new the ledger must be, operators' decisions, sent versions, which transforms
 * made what was sent, and unreadable parts of the log. Out: the
 * same at the next start, and whether the ledger can be trusted.
 *
 * <p>Threads: the callers'. Never here: an instance, and SQL.
 */
@NullMarked
package org.dicomgateway.spool.journal;

import org.jspecify.annotations.NullMarked;
