/**
 * The way out: who has which delivery in hand, and operators' changes to what waits.
 *
 * <p>In: lanes that ask for work, and operators' selections. Out: claims, and changes for the ledger. Threads: the
 * callers'. Never here: sending, and a claim that outlives the process.
 */
@NullMarked
package org.dicomgateway.spool.dispatch;

import org.jspecify.annotations.NullMarked;
