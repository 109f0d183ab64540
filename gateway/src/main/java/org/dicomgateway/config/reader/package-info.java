/**
 * From HOCON to settings, one reader for each section of the files.
 *
 * <p>In: sections. Out: records of {@code settings}, problems and warnings with their place. Threads: none. Never here: an
 * effect on the world beyond reading files.
 */
@NullMarked
package org.dicomgateway.config.reader;

import org.jspecify.annotations.NullMarked;
