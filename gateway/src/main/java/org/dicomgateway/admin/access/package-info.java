/**
 * Who may use the operators' interface, and what they may do.
 *
 * <p>In: a request's headers and address. Out: a caller with a role, or a refusal. Threads: the web server's. Never
 * here: a password in a log.
 */
@NullMarked
package org.dicomgateway.admin.access;

import org.jspecify.annotations.NullMarked;
