/**
 * Commands that steer a running gateway or say how it does.
 *
 * <p>In: arguments. Out: requests to the operators' interface, text. Threads: none. Never here: logic that the gateway needs
 * itself.
 */
@NullMarked
package org.dicomgateway.cli.operate;

import org.jspecify.annotations.NullMarked;
