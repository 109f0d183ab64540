/**
 * What the gateway reports about itself: the forward log with its events and keys, metrics, rates, and the last lines
 * of the log.
 *
 * <p>In: facts from the stages. Out: log lines, one per received instance and one per outcome of a delivery, easy to
 * tail and grep; metrics in the text format of Prometheus; the senders that were rejected. Threads: one that writes the
 * lines of the forward log that wait; counting runs in the thread that reports. Never here: patient data in a log or a
 * metric. Listeners get the Accession Number, for the operators' page.
 */
@NullMarked
package org.dicomgateway.observe;

import org.jspecify.annotations.NullMarked;
