/**
 * The ledger as one SQLite file.
 *
 * <p>In: changes and queries of {@code ledger}. Out: rows. Within its transaction, the writer asks the
 * {@link org.dicomgateway.spool.Chooser} which candidate gets a delivery (docs/decisions/0006).
 *
 * <p>Threads: none of its own; one writer at a time, any number of readers. Never here: the log's files, and a
 * guarantee that another ledger would also need.
 */
@NullMarked
package org.dicomgateway.spool.sqlite;

import org.jspecify.annotations.NullMarked;
