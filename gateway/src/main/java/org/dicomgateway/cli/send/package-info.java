/**
 * A C-STORE client for files: what to send, over several associations at once, and what became of each file.
 *
 * <p>In: paths, a peer. Out: C-STORE requests with the files' bytes as they are, a {@code Result} for each file.
 * Threads: one for each association; the caller's waits for them. A reader begins at {@code Sender.send}; {@code
 * FileScan} finds the files. What an answer means is in {@code forward.outcome}. Never here: changing a file.
 */
@NullMarked
package org.dicomgateway.cli.send;

import org.jspecify.annotations.NullMarked;
