/**
 * What both sides of an association share: the socket, its limits and watchdog, checks of PDUs and commands, and the
 * set-up of the toolkit.
 *
 * <p>In: sockets. Out: bounded reads, writes that end in time, negotiated contexts. Threads: a watchdog that closes
 * sockets on which a write does not return. Never here: which peers may associate, and what an instance means.
 */
@NullMarked
package org.dicomgateway.dicom.wire;

import org.jspecify.annotations.NullMarked;
