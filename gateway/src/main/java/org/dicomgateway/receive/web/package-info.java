/**
 * Receives instances over DICOMweb (STOW-RS, PS3.18 10.5): one listener, one request after the other on each
 * connection.
 *
 * <p>In: HTTP requests. Out: C-STORE requests for the same {@code CStoreScp} that associations use, under the same
 * access rules and limits, and answers that say of each instance what became of it (PS3.18 I.2).
 *
 * <p>Start reading at {@link StowHandler}. {@code Logins} and {@code Tokens} find out who calls. {@code Multipart}
 * takes a body apart, {@code Storing} passes its instances on, {@code StoreAnswer} writes what became of them. {@code
 * WebConnections} ends connections that take too long.
 *
 * <p>Threads: those of the web server of this listener. A request keeps one until it is answered. Never here: files,
 * routing, and anything that a request says as part of a path.
 */
@NullMarked
package org.dicomgateway.receive.web;

import org.jspecify.annotations.NullMarked;
