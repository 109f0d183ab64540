/**
 * What happened to one attempt, and what follows: the table of answers, and when to try again.
 *
 * <p>In: a status or a failure. Out: an outcome, a time. Threads: none. Never here: a socket, or what many answers say
 * about a server.
 */
@NullMarked
package org.dicomgateway.forward.outcome;

import org.jspecify.annotations.NullMarked;
