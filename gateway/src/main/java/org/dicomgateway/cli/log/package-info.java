/**
 * Commands that read the forward log, including rotated files.
 *
 * <p>In: log files. Out: lines that meet the conditions. Threads: none. Never here: a network.
 */
@NullMarked
package org.dicomgateway.cli.log;

import org.jspecify.annotations.NullMarked;
