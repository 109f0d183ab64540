/**
 * Searches for operators: instances, deliveries and studies, page by page, and the story of one instance.
 *
 * <p>In: a {@link org.dicomgateway.spool.Search}. Out: pages with a cursor. Threads: the caller's. Never here: a change
 * of anything, and a query whose cost grows with the backlog.
 */
@NullMarked
package org.dicomgateway.spool.search;

import org.jspecify.annotations.NullMarked;
