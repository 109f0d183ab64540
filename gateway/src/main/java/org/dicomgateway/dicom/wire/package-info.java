/**
 * What both ends of an association share: the socket, its limits and watchdog, guards on PDUs and commands, and
 * the toolkit's set-up.
 *
 * <p>In: sockets. Out: bounded reads, writes that end in time, negotiated contexts. Threads: a watchdog that closes sockets
 * on which a write does not return. Never here: who may associate, and what an instance means.
 */
@NullMarked
package org.dicomgateway.dicom.wire;

import org.jspecify.annotations.NullMarked;
