/**
 * The gateway's front door: who may associate, and the one C-STORE hook.
 *
 * <p>In: associations and C-STORE requests from {@code dicom}. Out: instances into the spool's {@code Intake}, and the
 * DICOM status that says what became of them. Success is answered only after the spool has said that the instance is
 * durable.
 *
 * <p>Threads: none of its own; it runs in the threads of the associations. Never here: files, rules, forwarding.
 */
@NullMarked
package org.dicomgateway.receive;

import org.jspecify.annotations.NullMarked;
