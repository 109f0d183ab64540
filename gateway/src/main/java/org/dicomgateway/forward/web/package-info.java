/**
 * Destinations over DICOMweb: STOW-RS (PS3.18 10.5) behind the same interface as associations.
 *
 * <p>In: what a lane sends. Out: requests with what is due, and an outcome for each instance. The table of answers
 * is {@code StowTable}; docs/dicomweb.md says the same.
 *
 * <p>Threads: those of the lane, which write the requests and wait for the answers; the HTTP client has its own, which
 * move bytes.
 *
 * <p>Never here: deciding when an instance is sent again, a whole instance in memory, and following a redirection.
 */
@NullMarked
package org.dicomgateway.forward.web;

import org.jspecify.annotations.NullMarked;
