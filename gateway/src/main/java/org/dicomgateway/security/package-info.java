/**
 * Certificates and keys, TLS by the profiles of DICOM, and password hashes: how the gateway proves its identity, and
 * how it checks the identity of peers and users.
 *
 * <p>In: settings that name files, and the files. Out: TLS for one connection ({@link TlsContext}), expiry dates of
 * certificates, whether a password is right. Renewed files are loaded while the gateway runs; an unusable file
 * changes nothing.
 *
 * <p>Threads: none of its own. Never here: opening or closing sockets, DICOM, and any secret in a message.
 */
@NullMarked
package org.dicomgateway.security;

import org.jspecify.annotations.NullMarked;
