/**
 * What integration tests stand on: real Orthanc servers, DCMTK's tools, and small DICOM files made without the toolkit
 * that the gateway itself uses. Every child process is bounded in time and ends with its test or, at the latest, with
 * the JVM.
 */
@NullMarked
package org.dicomgateway.testkit;

import org.jspecify.annotations.NullMarked;
