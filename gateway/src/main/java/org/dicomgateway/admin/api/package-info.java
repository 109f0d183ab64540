/**
 * The requests and answers of the operators' interface: one record for each, as JSON.
 *
 * <p>In: values of the other stages. Out: JSON, and back. The commands use it too. Threads: none. Never here: the web
 * server, or a decision.
 */
@NullMarked
package org.dicomgateway.admin.api;

import org.jspecify.annotations.NullMarked;
