/**
 * Events that others act on: a study is complete, a destination is down. They are derived from what the ledger says,
 * and told to receivers by webhook or mail.
 *
 * <p>In: what was received after the last look, what became of each study, the state of destinations and of the disk.
 * Out: CloudEvents, signed POST requests and mails. What was seen, what was told and what waits to be told is in {@link
 * org.dicomgateway.events.EventStore}, a file of its own: each step is one transaction, so that after a crash the same
 * step makes the same event under the same id.
 *
 * <p>Threads: two that derive, and one for each receiver, so that one that does not answer delays no other. Never here:
 * a delivery, and anything that a delivery waits for; patient data that the configuration does not name.
 */
@NullMarked
package org.dicomgateway.events;

import org.jspecify.annotations.NullMarked;
