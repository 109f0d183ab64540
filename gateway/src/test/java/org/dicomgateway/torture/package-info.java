/**
 * The proof that nothing is lost: the gateway that ships and three Orthanc servers under load from DCMTK senders, while
 * a seeded schedule of faults runs; afterwards every instance that was answered with success is asked for on every
 * destination. {@code scripts/torture.sh} runs it for as long as one likes, the suite for half a minute.
 */
@NullMarked
package org.dicomgateway.torture;

import org.jspecify.annotations.NullMarked;
