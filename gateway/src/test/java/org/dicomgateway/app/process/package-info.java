/**
 * The process of the gateway as it ships in trouble: killed, with little memory, without a thread that it needs, its
 * disk full or unreadable. Nothing that it answered with success is lost.
 */
@NullMarked
package org.dicomgateway.app.process;

import org.jspecify.annotations.NullMarked;
