package org.dicomgateway.dicom.acceptor;

import org.dicomgateway.dicom.values.Rejection;

/**
 * A peer that got no association. All texts are printable and bounded.
 *
 * @param callingAe the calling AE title as the peer sent it; empty when its request was not read
 * @param calledAe the called AE title as the peer sent it; empty when its request was not read
 * @param remoteHost the peer's address
 * @param code result, source and reason of the A-ASSOCIATE-RJ (PS3.8 9.3.4), such as 1/1/7; {@value #TLS} when the TLS
 *     handshake failed, {@value #PROXY} when the header of a proxy was refused, {@value #CLOSED} when the connection
 *     ended before there was a complete request: none of these has an A-ASSOCIATE-RJ
 * @param reason why, for operators
 */
public record RefusedPeer(String callingAe, String calledAe, String remoteHost, String code, String reason) {

    /** The code of a failed TLS handshake. */
    public static final String TLS = "TLS";

    /** The code of a connection that ended without an answer. */
    public static final String CLOSED = "closed";

    /** The code of a connection whose PROXY protocol header was missing, wrong, or not allowed. */
    public static final String PROXY = "PROXY";

    static RefusedPeer unread(String remoteHost, Rejection rejection) {
        return new RefusedPeer("", "", remoteHost, rejection.code(), rejection.text());
    }
}
