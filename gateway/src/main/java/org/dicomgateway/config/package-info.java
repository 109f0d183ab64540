/**
 * The configuration in force: one call reads both files, or says everything that is wrong with them.
 *
 * <p>In: {@code gateway.conf}, {@code routing.conf} and their includes, over {@code reference.conf}. Out: {@link
 * Configuration}, or one {@code ConfigurationException} with every problem. Threads: none. Never here: a default that is
 * not in {@code reference.conf}, and any effect on the world beyond reading files.
 */
@NullMarked
package org.dicomgateway.config;

import org.jspecify.annotations.NullMarked;
