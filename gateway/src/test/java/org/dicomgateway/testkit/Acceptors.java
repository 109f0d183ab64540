package org.dicomgateway.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.Peer;

/** Settings of the destinations in this process: they wait long for everything. */
final class Acceptors {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int PDU = 128 * 1024;

    private Acceptors() {}

    static AcceptorSettings at(Peer peer) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port());
        return new AcceptorSettings(address, 100, LONG, LONG, LONG, LONG, PDU);
    }
}
