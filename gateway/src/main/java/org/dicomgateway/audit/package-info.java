/**
 * The audit trail: a record of who did what, for auditors (DICOM PS3.15 A.5). The logs are for operators; the trail
 * has the form that the standard defines.
 *
 * <p>In: events from decorators around the interfaces between the stages and the spool, and from the operators'
 * interface. Out: XML messages, one per line, in a file that is synced and rotated; from that file they go to a
 * syslog server. The file is the buffer: it keeps what the server does not have yet, over outages and restarts. A
 * transfer is recorded when it begins and when it ends, per study and not per instance.
 *
 * <p>Threads: one that writes, one that sends. A caller that reports an event waits for neither. Never here: anything
 * that can delay or change a delivery, and the names of patients.
 */
@NullMarked
package org.dicomgateway.audit;

import org.jspecify.annotations.NullMarked;
