/**
 * Datasets: reading a header without the rest, and part-10 files.
 *
 * <p>In: the stream of a dataset. Out: an {@code InstanceHeader} or an exception, in bounded memory for any bytes.
 * Threads: the caller's. Never here: changes to any byte.
 */
@NullMarked
package org.dicomgateway.dicom.dataset;

import org.jspecify.annotations.NullMarked;
