/**
 * The accepting end of associations: our accept loop, TLS, negotiation, and the C-STORE and C-ECHO requests.
 *
 * <p>In: connections. Out: calls of {@code AssociationPolicy} (may it?) and {@code CStoreScp} (take this). Threads: the
 * accept loop, and one for each association. Never here: access rules, and what becomes of an instance.
 */
@NullMarked
package org.dicomgateway.dicom.acceptor;

import org.jspecify.annotations.NullMarked;
