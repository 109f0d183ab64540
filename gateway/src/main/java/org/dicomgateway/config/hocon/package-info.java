/**
 * HOCON files as sections and nodes that know their place, and the problems found in them.
 *
 * <p>In: files. Out: typed values, each with file and line. Only this package uses the HOCON library. Threads: none.
 * Never here: what a setting means.
 */
@NullMarked
package org.dicomgateway.config.hocon;

import org.jspecify.annotations.NullMarked;
