/**
 * The log: segments of records, and the files of instances that are too large for the log or have outlived their
 * segment.
 *
 * <p>In: encoded records from {@code intake}. Out: positions, and an instance's bytes, verified while they are read.
 * The log is the truth; the ledger can be rebuilt from it. docs/spool-format.md describes every byte.
 *
 * <p>Threads: none of its own. One thread at a time appends; any number of threads read. Never here: deliveries, SQL,
 * rules.
 */
@NullMarked
package org.dicomgateway.spool.log;

import org.jspecify.annotations.NullMarked;
