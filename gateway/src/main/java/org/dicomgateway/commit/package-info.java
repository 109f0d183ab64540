/**
 * Storage commitment for senders (PS3.4 Annex J): takes their requests, watches the copies in the spool, and reports.
 *
 * <p>In: requests from associations. Out: one report for each, on a new association or on that of the request. Each
 * request is a durable {@link org.dicomgateway.commit.Records record} of its own before it is answered, and until its
 * result is reported: the ledger can be lost without it. A report says that storage is committed only when the spool
 * knows, at that moment, that every copy which the routes require was stored.
 *
 * <p>Threads: one for each sender, so that a sender that hangs delays no other. Never here: a commitment because an
 * instance is in the spool, and a guess about an instance that the spool does not know.
 */
@NullMarked
package org.dicomgateway.commit;

import org.jspecify.annotations.NullMarked;
