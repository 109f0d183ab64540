/**
 * The audit trail: who did what, for those who must be able to say so later (DICOM PS3.15 A.5). What the logs tell
 * operators from minute to minute, it tells auditors, in the standard's form.
 *
 * <p>In: events, from decorators around the roles by which the stages meet the spool, and from the operators' interface.
 * Out: XML messages, one a line, in a file that is synced and rotated; and from that file to a syslog server. The file is
 * the buffer: what the server has not got yet stands in it, across outages and restarts. A transfer is told once when it
 * begins and once when it ends, by study, not by instance.
 *
 * <p>Threads: one that writes, one that sends. Whoever reports an event waits for neither. Never here: anything that
 * could hold up or change a delivery, and patients' names.
 */
@NullMarked
package org.dicomgateway.audit;

import org.jspecify.annotations.NullMarked;
