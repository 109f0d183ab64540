/**
 * DICOM itself. Only this package and its sub-packages use the DICOM toolkit.
 *
 * <p>{@code values} contains the types that all packages use. {@code wire} contains what both sides of an association
 * share; {@code acceptor} and {@code requestor} are the two sides. {@code dataset} reads headers and part-10 files.
 * {@code synthetic} generates instances. A change to another DICOM toolkit affects only these packages.
 *
 * <p>In and Out: see each sub-package. Threads: none here. Never here: files of the spool, routing, retries, and any
 * type of the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom;

import org.jspecify.annotations.NullMarked;
