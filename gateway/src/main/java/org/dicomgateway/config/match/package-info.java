/**
 * Conditions of rules: fields of an instance, and the patterns they are held against.
 *
 * <p>In: text. Out: values that match or do not, in time that does not depend on who wrote the text. Threads: none. Never
 * here: a rule, files.
 */
@NullMarked
package org.dicomgateway.config.match;

import org.jspecify.annotations.NullMarked;
