/**
 * The operators' web server: the page, the interface, live events, health and metrics.
 *
 * <p>In: HTTP requests. Out: JSON; operators' actions on the spool and, through {@link Controls}, on the rest of the
 * gateway. Threads: the few of the web server, and one for live events; a listener to live events needs no thread.
 * Never here: decisions on deliveries. Patient IDs appear only in answers to searches, accession numbers also in recent
 * events; neither ever in a log.
 */
@NullMarked
package org.dicomgateway.admin.server;

import org.jspecify.annotations.NullMarked;
