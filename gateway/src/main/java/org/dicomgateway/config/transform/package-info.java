/**
 * The settings of transforms, as plain values. In: nothing. Out: records that {@code config.reader} makes and {@code
 * transform} carries out. Threads: any. Never here: reading a file.
 */
@NullMarked
package org.dicomgateway.config.transform;

import org.jspecify.annotations.NullMarked;
