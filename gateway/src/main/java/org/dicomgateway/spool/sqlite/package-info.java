/**
 * The ledger as one SQLite file.
 *
 * <p>In: changes and questions of {@code ledger}. Out: rows. The writer asks the {@link org.dicomgateway.spool.Chooser}
 * within its transaction which candidate gets a delivery (docs/decisions/0006).
 *
 * <p>Threads: none of its own; one writer at a time, any number of readers. Never here: the log's files, and a guarantee
 * that another ledger would need as well.
 */
@NullMarked
package org.dicomgateway.spool.sqlite;

import org.jspecify.annotations.NullMarked;
