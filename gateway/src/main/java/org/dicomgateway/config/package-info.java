/**
 * The configuration in force. One call reads both files, or reports all their problems.
 *
 * <p>In: {@code gateway.conf}, {@code routing.conf} and their includes, over {@code reference.conf}. Out: {@link
 * Configuration}, or one {@code ConfigurationException} with every problem. Threads: none. Never here: a default that
 * is not in {@code reference.conf}, and any effect except reading files.
 */
@NullMarked
package org.dicomgateway.config;

import org.jspecify.annotations.NullMarked;
