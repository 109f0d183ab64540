/**
 * The DICOM conformance statement (PS3.2) of the gateway, for one configuration.
 *
 * <p>In: the settings, and the tables that the gateway works by. Out: a document, as Markdown, HTML or data.
 * Threads: the caller's. Never here: connections, and claims that no table, setting or test holds.
 */
@NullMarked
package org.dicomgateway.conformance;

import org.jspecify.annotations.NullMarked;
