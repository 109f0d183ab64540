/**
 * What the operator wrote, as records: HOCON files in, settings out.
 *
 * <p>In: {@code gateway.conf}, {@code routing.conf} and their includes, over {@code reference.conf}. Out: immutable
 * records with typed durations and sizes. Every problem of a file is collected, with its place and what to do, and
 * reported at once; an unknown key is a problem. The only package that knows the HOCON library.
 *
 * <p>Threads: none of its own. Never here: a default that is not in {@code reference.conf}, and any effect on the
 * world beyond reading files.
 */
@NullMarked
package org.dicomgateway.config;

import org.jspecify.annotations.NullMarked;
