/**
 * The settings of events and of their receivers, as plain values. In: nothing. Out: records that {@code config.reader}
 * makes and {@code events} works by. Threads: any. Never here: reading a file.
 */
@NullMarked
package org.dicomgateway.config.events;

import org.jspecify.annotations.NullMarked;
