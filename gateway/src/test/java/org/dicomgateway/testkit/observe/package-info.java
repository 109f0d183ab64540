/**
 * Real servers and tools of those who watch a gateway: Prometheus, its checker, and syslog.
 */
@NullMarked
package org.dicomgateway.testkit.observe;

import org.jspecify.annotations.NullMarked;
