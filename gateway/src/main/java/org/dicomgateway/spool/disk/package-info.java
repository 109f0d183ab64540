/**
 * The file system as the spool uses it: open, write, sync, rename, list, and how much room is left.
 *
 * <p>In: paths below the spool's own directory. Out: bytes that survive a power failure once a sync has returned. Every
 * file operation of the log and of the files passes here, so that a test can fail any of them.
 *
 * <p>Threads: none of its own. Never here: what the bytes mean, and a name that came over the network.
 */
@NullMarked
package org.dicomgateway.spool.disk;

import org.jspecify.annotations.NullMarked;
