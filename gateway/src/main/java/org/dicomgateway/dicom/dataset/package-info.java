/**
 * Datasets: reading a header without reading the rest, and part-10 files.
 *
 * <p>In: a stream of a dataset. Out: an {@code InstanceHeader}, or a refusal, in bounded memory whatever the bytes are.
 * Threads: the caller's. Never here: a change of a byte.
 */
@NullMarked
package org.dicomgateway.dicom.dataset;

import org.jspecify.annotations.NullMarked;
