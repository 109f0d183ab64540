/**
 * Orthanc's REST API as a client: what a server holds, and whether it is what was sent.
 *
 * <p>In: a server's URL and login. Out: its answers as records. Threads: those of the JDK's HTTP client. Never here:
 * anything the data path depends on; delivery speaks DICOM only.
 */
@NullMarked
package org.dicomgateway.orthanc;

import org.jspecify.annotations.NullMarked;
