/**
 * The operators' HTTP interface: how the gateway does, and the means to steer it.
 *
 * <p>{@code api} is what is said, {@code access} who may ask, {@code server} the web server. Never here: decisions on
 * deliveries. Patient IDs and accession numbers stand in answers to searches alone; in no log.
 */
@NullMarked
package org.dicomgateway.admin;

import org.jspecify.annotations.NullMarked;
