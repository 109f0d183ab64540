/**
 * The way out: which deliveries are claimed, and operators' changes to waiting deliveries.
 *
 * <p>In: lanes that ask for work, and operators' selections. Out: claims, and changes for the ledger. Threads: the
 * callers', and one for reassignment. Never here: sending, and a claim that outlives the process.
 */
@NullMarked
package org.dicomgateway.spool.dispatch;

import org.jspecify.annotations.NullMarked;
