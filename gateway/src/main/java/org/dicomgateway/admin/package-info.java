/**
 * The operators' HTTP interface: how the gateway does, and the means to steer it.
 *
 * <p>In: HTTP requests from this machine. Out: JSON; operator actions on the spool and, through {@link
 * org.dicomgateway.admin.Controls}, on the rest of the gateway. Threads: the web server's few, and one for live events; a listener to those holds none. Never here: decisions on
 * deliveries. Patient IDs and accession numbers stand in answers to searches alone; in no log.
 */
@NullMarked
package org.dicomgateway.admin;

import org.jspecify.annotations.NullMarked;
