/**
 * What the operators' interface says and takes: one record for each answer and request, as JSON.
 *
 * <p>In: values of the other stages. Out: JSON, and back. The commands use it too. Threads: none. Never here: the web
 * server, and a decision.
 */
@NullMarked
package org.dicomgateway.admin.api;

import org.jspecify.annotations.NullMarked;
