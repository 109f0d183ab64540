/**
 * The common parts of the commands: options, exit codes, tables, and the client of a running gateway.
 *
 * <p>In: arguments. Out: text, exit codes. Threads: none. Never here: a command.
 */
@NullMarked
package org.dicomgateway.cli.common;

import org.jspecify.annotations.NullMarked;
