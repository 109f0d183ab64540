/**
 * Receives instances: decides which peers may associate and how much they may send, and handles C-STORE.
 *
 * <p>In: associations and C-STORE requests from {@code dicom}. Out: instances into the spool's {@code Intake}, and the
 * DICOM status for the sender. The status is success only after the spool has confirmed that the instance is durable.
 *
 * <p>Start reading at {@link AssociationGate}. {@link Identities} identifies the user. {@code AccessList} finds the
 * rule that permits the peer. {@code PeerAccounts} checks that its limits allow one more association. {@code
 * PeerAdmission} keeps the association within its limits.
 *
 * <p>Threads: none of its own. It runs in the threads of the associations; waiting blocks only the thread of that
 * association. Never here: files, forwarding, name look-ups, and a passcode in a log.
 */
@NullMarked
package org.dicomgateway.receive;

import org.jspecify.annotations.NullMarked;
