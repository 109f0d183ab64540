package org.dicomgateway.dicom.acceptor;

import org.dicomgateway.dicom.wire.PduGuard;

/**
 * What an accepted connection can hold on the heap at most, whatever its peer sends: one buffer for reading, the toolkit's
 * two, one in which an instance is read, and what was negotiated. The length of PDUs plays no part ({@link PduGuard}).
 */
public final class AssociationMemory {

    private static final long PLAIN = 200 << 10;

    /** One more buffer for reading, and those of the TLS of the JDK, for records and for handshakes. */
    private static final long TLS = 192 << 10;

    private AssociationMemory() {}

    /** In bytes, for one connection of an acceptor with these settings. */
    public static long of(AcceptorSettings settings) {
        return settings.tls().isPresent() ? PLAIN + TLS : PLAIN;
    }
}
