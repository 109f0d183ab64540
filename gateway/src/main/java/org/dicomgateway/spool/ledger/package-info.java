/**
 * The contract of a ledger, and the queue in front of it.
 *
 * <p>In: {@link Change changes}, in order. Out: due deliveries, the state of every delivery, and the books.
 * {@link Ledger} is the contract. {@code sqlite} implements it; a second engine would be a room beside it.
 *
 * <p>Threads: one writer, which applies changes in batches. Never here: SQL, and a decision where an instance goes.
 */
@NullMarked
package org.dicomgateway.spool.ledger;

import org.jspecify.annotations.NullMarked;
