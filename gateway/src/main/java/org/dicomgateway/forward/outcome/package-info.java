/**
 * What became of one attempt, and what follows from it: the table of answers, and when to try again.
 *
 * <p>In: a status or a failure. Out: an outcome, a time. Threads: none. Never here: a socket, and what many answers say of a
 * server.
 */
@NullMarked
package org.dicomgateway.forward.outcome;

import org.jspecify.annotations.NullMarked;
