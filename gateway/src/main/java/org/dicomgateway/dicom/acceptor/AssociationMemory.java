package org.dicomgateway.dicom.acceptor;

import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.wire.PduGuard;

/**
 * The most heap that an accepted connection can use, whatever its peer sends: one read buffer, the two buffers of the
 * toolkit, one buffer in which an instance is read, and the negotiated contexts. The length of PDUs does not matter
 * ({@link PduGuard}).
 */
public final class AssociationMemory {

    private static final long PLAIN = 200 * ByteSize.KIB;

    /** A second read buffer, and the JDK's TLS buffers for records and handshakes. */
    private static final long TLS = 192 * ByteSize.KIB;

    private AssociationMemory() {}

    /** In bytes, for one connection of an acceptor with these settings. */
    public static long of(AcceptorSettings settings) {
        return settings.tls().isPresent() ? PLAIN + TLS : PLAIN;
    }
}
