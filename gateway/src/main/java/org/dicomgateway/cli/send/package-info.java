/**
 * A C-STORE client for files: what to send, over several associations at once, and what became of each file.
 *
 * <p>In: paths, a peer. Out: C-STORE requests with the files' bytes as they are, a {@code Result} for each file.
 * Threads: one for each association; the caller's waits for them. A reader begins at {@code Sender.send}; {@code
 * FileScan} finds the files, {@code Backlog} hands them out and takes back what is to be tried again, {@code
 * SendingAssociation} is one worker, {@code Answer} says what a status means for a file. Never here: text for a person,
 * and changing a file.
 */
@NullMarked
package org.dicomgateway.cli.send;

import org.jspecify.annotations.NullMarked;
