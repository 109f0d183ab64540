/**
 * DICOM itself: its value types, and the only place that knows the DICOM toolkit.
 *
 * <p>In: sockets (as acceptor) and part-10 streams. Out: value types ({@link AeTitle}, {@link Uid},
 * {@link TransferSyntax}, {@link Origin}, {@link InstanceHeader}) and the two ends of an association,
 * {@link Acceptor} and {@link Requestor}. Moving to another DICOM toolkit touches this package alone.
 *
 * <p>Threads: the acceptor's accept loop, one thread for each association it serves, and a watchdog that closes
 * sockets on which a write does not return. Everything else runs in the caller's thread.
 *
 * <p>Never here: files of the spool, routing, retries, and any type of the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom;

import org.jspecify.annotations.NullMarked;
