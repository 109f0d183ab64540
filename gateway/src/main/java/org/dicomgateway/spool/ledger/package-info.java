/**
 * What any ledger must do, and the queue before it.
 *
 * <p>In: {@link Change changes}, in order. Out: what is due, what is where, and the books. {@link Ledger} is the contract;
 * {@code sqlite} holds it, and a second engine would stand beside that.
 *
 * <p>Threads: one writer, which applies changes in batches. Never here: SQL, and a decision on where an instance goes.
 */
@NullMarked
package org.dicomgateway.spool.ledger;

import org.jspecify.annotations.NullMarked;
