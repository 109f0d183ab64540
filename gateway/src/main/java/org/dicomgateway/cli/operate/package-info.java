/**
 * Commands that control a running gateway or show its state.
 *
 * <p>In: arguments. Out: requests to the operators' interface, text. Threads: none. Never here: logic that the gateway
 * itself needs.
 */
@NullMarked
package org.dicomgateway.cli.operate;

import org.jspecify.annotations.NullMarked;
