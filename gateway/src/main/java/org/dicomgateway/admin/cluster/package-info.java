/**
 * What operators see of a cluster, and order from all of its gateways: the requests and answers, and the role that the
 * cluster plays for the operators' interface.
 *
 * <p>In: values of the cluster, through {@link org.dicomgateway.admin.cluster.ClusterControls}. Out: JSON. Threads:
 * none. Never here: the database, the web server, or patient data.
 */
@NullMarked
package org.dicomgateway.admin.cluster;

import org.jspecify.annotations.NullMarked;
