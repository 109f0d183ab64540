/**
 * DICOM's value types: AE titles, UIDs, transfer syntaxes, statuses, and the header of an instance.
 *
 * <p>In: text and bytes. Out: immutable values that are always valid. Threads: none. Never here: a socket, a file,
 * and a type of the toolkit in a public signature.
 */
@NullMarked
package org.dicomgateway.dicom.values;

import org.jspecify.annotations.NullMarked;
