/**
 * What is changed in an instance on its way to a destination: rules, and de-identification by the Basic Application
 * Level Confidentiality Profile (PS3.15 Annex E).
 *
 * <p>In: the settings of a destination's transforms, and the stream of an instance as it was received. Out: the stream
 * of the instance as it may leave, with its UIDs and its digest, or an exception that says why there is none. The same
 * settings and the same instance give the same bytes, on every machine. Threads: the caller's. Never here: a file, the
 * network, randomness, the clock, and an instance that is transformed in part.
 */
@NullMarked
package org.dicomgateway.transform;

import org.jspecify.annotations.NullMarked;
