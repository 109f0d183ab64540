/**
 * Commands that read the forward log, rotated files included.
 *
 * <p>In: log files. Out: lines that fit a question. Threads: none. Never here: a network.
 */
@NullMarked
package org.dicomgateway.cli.log;

import org.jspecify.annotations.NullMarked;
