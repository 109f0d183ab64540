/**
 * The accepting side of associations: the accept loop, TLS, negotiation, and the C-STORE and C-ECHO requests.
 *
 * <p>In: connections. Out: calls of {@code AssociationPolicy} (may the peer associate?) and {@code CStoreScp}
 * (receive this instance). Threads: the accept loop, and one for each association. Never here: access rules, and what
 * happens to an instance.
 */
@NullMarked
package org.dicomgateway.dicom.acceptor;

import org.jspecify.annotations.NullMarked;
