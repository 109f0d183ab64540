/**
 * DICOM's value types: titles, UIDs, transfer syntaxes, statuses, and what is known of an instance's header.
 *
 * <p>In: text and bytes. Out: immutable values that are valid by construction. Threads: none. Never here: a socket, a file,
 * and a type of the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom.values;

import org.jspecify.annotations.NullMarked;
