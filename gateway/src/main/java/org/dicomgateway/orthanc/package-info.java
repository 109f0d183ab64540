/**
 * Clients for Orthanc's REST API, and for DICOMweb (PS3.18) of any server. They show what a server has, and
 * whether that equals what was sent.
 *
 * <p>In: the URL and login of a server. Out: its answers as records. Threads: those of the JDK's HTTP client. Never
 * here: anything that the data path depends on; delivery uses DICOM only.
 */
@NullMarked
package org.dicomgateway.orthanc;

import org.jspecify.annotations.NullMarked;
