/**
 * Generated studies: valid, viewable part-10 files for tests, demonstrations and measurements.
 *
 * <p>In: a {@link StudySpec}. Out: {@link SyntheticStudies}, an iteration over {@link SyntheticInstance}s, each of
 * which writes itself to a stream or a file. The same spec gives the same bytes, on any machine and on any day. The
 * patients are not real: they are called {@code SYNTHETIC^PATIENTnn}, and Synthetic Data (0008,001C) is {@code YES}.
 *
 * <p>An image is a {@link Picture} (layers, painted row by row, so that memory does not grow with the image) inside
 * the attributes of its {@link Iod} (PS3.3). Each modality has one small class.
 *
 * <p>Threads: none of its own. Never here: the clock, randomness that does not come from the seed, and any type of
 * the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom.synthetic;

import org.jspecify.annotations.NullMarked;
