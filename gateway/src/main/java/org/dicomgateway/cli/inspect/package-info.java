/**
 * Commands that ask Orthanc servers what they hold, and compare the answers.
 *
 * <p>In: arguments. Out: text and JSON. Threads: none. Never here: a change on a server.
 */
@NullMarked
package org.dicomgateway.cli.inspect;

import org.jspecify.annotations.NullMarked;
