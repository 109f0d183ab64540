/**
 * Checks that destinations hold what was delivered to them, and sends again what they do not hold.
 *
 * <p>In: copies whose check is due, and operators' requests. Out: the result of each check in the ledger, deliveries
 * that are pending again, and the progress of each request. {@link org.dicomgateway.verify.Archive} is what can be
 * asked of a destination: over Orthanc's REST API, over DICOMweb, or by C-FIND and C-GET.
 *
 * <p>Threads: one for each destination that can be asked, so that a server that does not answer delays no other. Never
 * here: sending. A delivery that is made again goes through its lane, like any other.
 */
@NullMarked
package org.dicomgateway.verify;

import org.jspecify.annotations.NullMarked;
