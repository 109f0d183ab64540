package org.dicomgateway.dicom.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The header by which a load balancer says whose connection it passes on: PROXY protocol, version 2, as HAProxy
 * specifies it. Additional values (TLV) are skipped. What the header takes in memory does not depend on what it says.
 */
public final class ProxyHeader {

    /** No PDU (PS3.8 9.3.1) and no TLS record begins with this byte. */
    static final int FIRST_BYTE = 0x0D;

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 'Q', 'U', 'I', 'T', 0x0A};
    private static final byte[] VERSION_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    /** Signature, version and command, family and protocol, length of the rest. */
    private static final int FIXED = 16;

    private static final int VERSION_2 = 0x20;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    /** Two ports follow the two addresses. */
    private static final int PORTS = 4;

    private ProxyHeader() {}

    /** The header is missing or wrong. The message is for operators, and contains nothing that the peer has sent. */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        public RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Reads a header, and not one byte more.
     *
     * @return the address of the peer; empty when the balancer speaks for itself (LOCAL), to see whether the port works
     * @throws RefusedException when there is none, or not a whole one, or it names no address over TCP
     * @throws EOFException when the connection ends without a byte
     */
    static Optional<InetAddress> read(InputStream in) throws IOException {
        byte[] fixed = new byte[FIXED];
        int got = readUpTo(in, fixed);
        if (got == 0) {
            throw new EOFException("the peer closed the connection");
        }
        checkSignature(fixed, got);
        int command = (fixed[12] & 0xFF) - VERSION_2;
        if (command != LOCAL && command != PROXY) {
            throw new RefusedException("the PROXY protocol header is not of version 2, or has an unknown command");
        }
        int family = fixed[13] & 0xFF;
        int length = ((fixed[14] & 0xFF) << 8) | (fixed[15] & 0xFF);
        if (command == LOCAL) {
            skip(in, length);
            return Optional.empty();
        }
        if (family != TCP_OVER_IPV4 && family != TCP_OVER_IPV6) {
            throw new RefusedException("the PROXY protocol header names no address: it is not for TCP over IP");
        }
        byte[] source = new byte[family == TCP_OVER_IPV4 ? 4 : 16];
        int addresses = 2 * source.length + PORTS;
        if (length < addresses) {
            throw new RefusedException("the PROXY protocol header is too short for its addresses");
        }
        if (readUpTo(in, source) < source.length) {
            throw brokenOff();
        }
        skip(in, length - source.length);
        return Optional.of(InetAddress.getByAddress(source));
    }

    private static void checkSignature(byte[] fixed, int got) throws RefusedException {
        int known = Math.min(got, SIGNATURE.length);
        if (Arrays.equals(fixed, 0, known, SIGNATURE, 0, known)) {
            if (got < FIXED) {
                throw brokenOff();
            }
            return;
        }
        boolean first =
                got >= VERSION_1.length && Arrays.equals(fixed, 0, VERSION_1.length, VERSION_1, 0, VERSION_1.length);
        throw new RefusedException(
                first
                        ? "the balancer sends the PROXY protocol header of version 1: make it send version 2"
                                + " (send-proxy-v2)"
                        : "the balancer sends no PROXY protocol header: make it send one (send-proxy-v2), or take its"
                                + " address out of proxy-protocol.from");
    }

    private static RefusedException brokenOff() {
        return new RefusedException("the PROXY protocol header was not complete in time, or broke off");
    }

    /** Fewer bytes than asked for when the connection ends, or the time for reading is over after the first one. */
    private static int readUpTo(InputStream in, byte[] bytes) throws IOException {
        int got = 0;
        try {
            while (got < bytes.length) {
                int n = in.read(bytes, got, bytes.length - got);
                if (n < 0) {
                    return got;
                }
                got += n;
                if (got > 0 && bytes[0] != FIRST_BYTE && bytes.length == FIXED && got >= VERSION_1.length) {
                    return got; // a request for something else: nobody waits for the rest of a header
                }
            }
        } catch (SocketTimeoutException e) {
            if (got == 0) {
                throw e;
            }
        }
        return got;
    }

    private static void skip(InputStream in, int length) throws IOException {
        byte[] skipped = new byte[Math.min(length, 512)];
        for (int left = length; left > 0; ) {
            int n;
            try {
                n = in.read(skipped, 0, Math.min(left, skipped.length));
            } catch (SocketTimeoutException e) {
                throw brokenOff();
            }
            if (n < 0) {
                throw brokenOff();
            }
            left -= n;
        }
    }
}
