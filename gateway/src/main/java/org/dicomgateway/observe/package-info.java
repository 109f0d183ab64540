/**
 * What the gateway tells about itself: the forward log, its events and keys; and what is counted and
 * remembered of it: metrics, rates, the last lines.
 *
 * <p>In: facts from the stages. Out: log lines, one per received instance and per outcome of a delivery, made to be
 * tailed and grepped; metrics in the text format of Prometheus. Threads: none of its own: whoever tells, counts. Never here: patient data, in any form, at any level.
 */
@NullMarked
package org.dicomgateway.observe;

import org.jspecify.annotations.NullMarked;
