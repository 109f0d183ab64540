/**
 * What operators see of a cluster and order from it, between the operators' interface and the cluster.
 *
 * <p>In: orders of operators, from the interface of this gateway or, through the cluster, of another one. Out: orders
 * to the cluster, and what is done here for them. Threads: those of the web server, and {@code cluster-orders}. Never
 * here: the database.
 */
@NullMarked
package org.dicomgateway.app.cluster;

import org.jspecify.annotations.NullMarked;
