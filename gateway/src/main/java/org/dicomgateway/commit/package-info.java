/**
 * Storage commitment (PS3.4 Annex J): for senders, whose requests it takes; and by destinations, which it asks.
 *
 * <p>In: requests of senders, and reports of destinations, from associations; copies that are to be asked for, from the
 * spool. Out: one report for each request of a sender, on a new association or on that of the request; requests to
 * destinations, and what they reported, into the spool.
 *
 * <p>Each request of a sender is a durable {@link org.dicomgateway.commit.Records record} of its own before it is
 * answered, and until its result is reported: the ledger can be lost without it. A report says that storage is
 * committed only when the spool knows, at that moment, that every copy which the routes require was stored. A request
 * to a destination is not durable: what is not committed is asked for again.
 *
 * <p>Threads: one for each sender, and one for each destination that is asked, so that a peer that hangs delays no
 * other. Never here: a commitment because an instance is in the spool, a guess about an instance that the spool does
 * not know, and a delivery.
 */
@NullMarked
package org.dicomgateway.commit;

import org.jspecify.annotations.NullMarked;
