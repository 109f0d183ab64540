/**
 * What the gateway tells about itself: the forward log, its events and keys.
 *
 * <p>In: facts from the stages. Out: log lines, one per received instance and per outcome of a delivery, made to be
 * tailed and grepped. Threads: none of its own. Never here: patient data, in any form, at any level.
 */
@NullMarked
package org.dicomgateway.observe;

import org.jspecify.annotations.NullMarked;
