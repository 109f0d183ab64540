/**
 * Turns HOCON into settings. There is one reader for each section of the files.
 *
 * <p>In: sections. Out: records of {@code settings}, and problems and warnings with their place. Threads: none. Never
 * here: any effect except reading files.
 */
@NullMarked
package org.dicomgateway.config.reader;

import org.jspecify.annotations.NullMarked;
