/**
 * The operators' HTTP interface: it shows the state of the gateway, and lets operators control it.
 *
 * <p>{@code api} has the requests and answers, {@code cluster} those about all gateways of a cluster, {@code access}
 * decides who may do what, {@code server} is the web server. Never here: decisions on deliveries. Patient IDs and
 * accession numbers appear only in answers to searches, never in a log.
 */
@NullMarked
package org.dicomgateway.admin;

import org.jspecify.annotations.NullMarked;
