/**
 * The operators' web server: the page, the interface, live events, health and metrics.
 *
 * <p>In: HTTP requests. Out: JSON; operators' actions on the spool and, through {@link Controls}, on the rest of the
 * gateway. Threads: the web server's few, and one for live events; a listener to those holds none. Never here: decisions on
 * deliveries. Patient IDs and accession numbers stand in answers to searches alone; in no log.
 */
@NullMarked
package org.dicomgateway.admin.server;

import org.jspecify.annotations.NullMarked;
