/**
 * Settings as immutable records with typed durations, sizes and patterns.
 *
 * <p>In: values that were read. Out: records that are always valid. Threads: none. Never here: HOCON, files.
 */
@NullMarked
package org.dicomgateway.config.settings;

import org.jspecify.annotations.NullMarked;
