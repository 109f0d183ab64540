/**
 * The file system as the spool uses it: open, write, sync, rename, list, and the free space.
 *
 * <p>In: paths below the spool's own directory. Out: bytes that survive a power failure once a sync has returned. Every
 * file operation of the log and of the files passes here, so that a test can make any of them fail.
 *
 * <p>Threads: none of its own. Never here: the meaning of the bytes, and a name that came over the network.
 */
@NullMarked
package org.dicomgateway.spool.disk;

import org.jspecify.annotations.NullMarked;
