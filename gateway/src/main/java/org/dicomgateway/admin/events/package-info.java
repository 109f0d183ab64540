/**
 * What operators see and do about events and their receivers. In: their requests. Out: what the gateway says through
 * {@link org.dicomgateway.admin.events.EventControls}. Threads: those of the web server. Never here: making an event.
 */
@NullMarked
package org.dicomgateway.admin.events;

import org.jspecify.annotations.NullMarked;
