/**
 * Who the gateway is to others, and by what it knows them: certificates and keys, TLS by the profiles of DICOM, hashes of
 * passwords.
 *
 * <p>In: settings that name files, and the files. Out: TLS for one connection ({@link TlsContext}), when certificates
 * expire, whether a password is right. Renewed files are taken up while everything runs; a broken one changes nothing.
 *
 * <p>Threads: none of its own. Never here: sockets that are opened or closed, DICOM, and any secret in a message.
 */
@NullMarked
package org.dicomgateway.security;

import org.jspecify.annotations.NullMarked;
