/**
 * Storage commitment in the terms of the standard (PS3.4 Annex J): the request, its result, and their messages and
 * datasets, which the gateway sends as well as reads.
 *
 * <p>In and out: N-ACTION and N-EVENT-REPORT. Threads: the callers'. Never here:
 * the decision who holds what, and memory for more references than {@link
 * org.dicomgateway.dicom.commitment.ActionInformation#MAX_REFERENCES}.
 */
@NullMarked
package org.dicomgateway.dicom.commitment;

import org.jspecify.annotations.NullMarked;
