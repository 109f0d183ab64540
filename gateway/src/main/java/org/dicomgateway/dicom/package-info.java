/**
 * DICOM itself, and the only place that knows the DICOM toolkit.
 *
 * <p>{@code values} has the types that everybody uses; {@code wire} what both ends of an association share; {@code acceptor}
 * and {@code requestor} are those ends; {@code dataset} reads headers and part-10 files; {@code synthetic} makes instances.
 * Moving to another DICOM toolkit touches these rooms alone.
 *
 * <p>Never here: files of the spool, routing, retries, and any type of the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom;

import org.jspecify.annotations.NullMarked;
