/**
 * The requesting end of associations: connects, proposes, stores, echoes.
 *
 * <p>In: a peer and what to propose. Out: an open association, statuses as answered. Threads: the caller's, and the
 * toolkit's reader of each association. Never here: retries, and what a status means for a delivery.
 */
@NullMarked
package org.dicomgateway.dicom.requestor;

import org.jspecify.annotations.NullMarked;
