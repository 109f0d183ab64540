/**
 * Commands that need no running gateway: check, conformance, explain, generate, completion.
 *
 * <p>In: files. Out: text, exit codes. Threads: none. Never here: a change of a configuration.
 */
@NullMarked
package org.dicomgateway.cli.check;

import org.jspecify.annotations.NullMarked;
