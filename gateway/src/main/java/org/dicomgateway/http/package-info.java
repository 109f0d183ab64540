/**
 * What the ports of the web server have in common: TLS with the keys that are in force, and an eye on each connection
 * from its first moment.
 *
 * <p>In: settings of TLS, and a {@code ConnectionWatch}. Out: connectors. Threads: those of the web server. Never here:
 * requests, and who may make them.
 */
@NullMarked
package org.dicomgateway.http;

import org.jspecify.annotations.NullMarked;
