/**
 * The requesting side of associations: it connects, proposes presentation contexts, and sends C-STORE, C-ECHO and the
 * messages of storage commitment. It also queries by C-FIND, and has instances sent by C-GET.
 *
 * <p>In: a peer and the pairs to propose, or a message of storage commitment. Out: an open association, and each status
 * as the peer sent it. Threads: the
 * caller's, and the toolkit's reader of each association. Never here: retries, and what a status means for a
 * delivery.
 */
@NullMarked
package org.dicomgateway.dicom.requestor;

import org.jspecify.annotations.NullMarked;
