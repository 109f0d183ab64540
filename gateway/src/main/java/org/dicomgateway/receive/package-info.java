/**
 * The gateway's front door: who may associate, how much he may do, and the one C-STORE hook.
 *
 * <p>In: associations and C-STORE requests from {@code dicom}. Out: instances into the spool's {@code Intake}, and the
 * DICOM status that says what became of them. Success is answered only after the spool has said that the instance is
 * durable.
 *
 * <p>A reader begins at {@link AssociationGate}: {@link Identities} says who the caller is, {@code AccessList} which rule
 * lets it in, {@code PeerAccounts} whether there is room for it, and {@code PeerAdmission} keeps it within its limits.
 *
 * <p>Threads: none of its own; it runs in the threads of the associations, and whoever must wait waits in his own. Never
 * here: files, forwarding, a name looked up, and a passcode in a log.
 */
@NullMarked
package org.dicomgateway.receive;

import org.jspecify.annotations.NullMarked;
