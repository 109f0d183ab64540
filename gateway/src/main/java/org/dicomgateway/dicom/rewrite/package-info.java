/**
 * Datasets that are changed on their way out: everything but the pixel data is read into memory, changed and written
 * again; pixel data passes through.
 *
 * <p>In: the stream of a dataset, and what is to be changed. Out: the stream of the changed dataset, or an exception
 * that says why it cannot be made. The same input and the same change always give the same bytes. Memory is bounded,
 * whatever the dataset claims. Threads: the caller's. Never here: which attribute is changed, and a dataset that is
 * changed in part.
 */
@NullMarked
package org.dicomgateway.dicom.rewrite;

import org.jspecify.annotations.NullMarked;
