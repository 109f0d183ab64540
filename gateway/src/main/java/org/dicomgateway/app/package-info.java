/**
 * The process: the command line's root, and the gateway as one thing that starts and stops.
 *
 * <p>In: settings. Out: a running gateway, its stages wired in the order of the data path, started downstream first and
 * stopped upstream first. Threads: the main thread and the shutdown hook. Never here: anything a stage could do itself.
 */
@NullMarked
package org.dicomgateway.app;

import org.jspecify.annotations.NullMarked;
