/**
 * Conditions of rules: fields of an instance, and the patterns for them.
 *
 * <p>In: text. Out: patterns that match or do not match, in bounded time for any text. Threads: none. Never here: a
 * rule, files.
 */
@NullMarked
package org.dicomgateway.config.match;

import org.jspecify.annotations.NullMarked;
