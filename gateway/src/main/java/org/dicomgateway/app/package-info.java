/**
 * The process: the root of the command line, and the gateway as a whole that starts and stops.
 *
 * <p>In: settings. Out: a running gateway. Its stages are connected in the order of the data path; they start
 * downstream first and stop upstream first. Threads: the main thread and the shutdown hook. Never here: anything that a
 * stage could do itself.
 */
@NullMarked
package org.dicomgateway.app;

import org.jspecify.annotations.NullMarked;
