/**
 * The accepting side of associations: the accept loop, TLS, negotiation, and the requests: C-STORE, C-ECHO, and
 * requests and reports of storage commitment.
 *
 * <p>In: connections. Out: calls of {@code AssociationPolicy} (may the peer associate?), {@code CStoreScp} (receive
 * this instance), {@code CommitmentScp} and {@code CommitmentScu}. Threads: the accept loop, and one for each
 * association. Never here: access rules, and what happens to an instance.
 */
@NullMarked
package org.dicomgateway.dicom.acceptor;

import org.jspecify.annotations.NullMarked;
