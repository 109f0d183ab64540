package org.dicomgateway.dicom;

import static java.time.Duration.ofSeconds;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;

/** Settings for tests: everything generous but the one limit that a test is about. */
final class Limits {

    private static final Duration LONG = ofSeconds(20);
    private static final int MAX_PDU = 16384;

    private Limits() {}

    static AcceptorSettings acceptor() {
        return acceptor(10, LONG, LONG, LONG);
    }

    static AcceptorSettings maxAssociations(int max) {
        return acceptor(max, LONG, LONG, LONG);
    }

    static AcceptorSettings maxAssociationsPerHost(int max, int ofOneHost) {
        AcceptorSettings some = maxAssociations(max);
        return new AcceptorSettings(
                some.bind(),
                max,
                OptionalInt.of(ofOneHost),
                LONG,
                LONG,
                LONG,
                OptionalLong.empty(),
                LONG,
                MAX_PDU,
                Optional.empty());
    }

    static AcceptorSettings minRate(long bytesPerSecond, Duration readTimeout) {
        AcceptorSettings some = readTimeout(readTimeout);
        return new AcceptorSettings(
                some.bind(),
                some.maxAssociations(),
                OptionalInt.empty(),
                LONG,
                LONG,
                readTimeout,
                OptionalLong.of(bytesPerSecond),
                LONG,
                MAX_PDU,
                Optional.empty());
    }

    static AcceptorSettings requestTimeout(Duration timeout) {
        return acceptor(10, timeout, LONG, LONG);
    }

    static AcceptorSettings idleTimeout(Duration timeout) {
        return acceptor(10, LONG, timeout, LONG);
    }

    static AcceptorSettings readTimeout(Duration timeout) {
        return acceptor(10, LONG, LONG, timeout);
    }

    static RequestorSettings requestor() {
        return new RequestorSettings(LONG, LONG, LONG, LONG, LONG, MAX_PDU);
    }

    static RequestorSettings associationTimeout(Duration timeout) {
        return new RequestorSettings(LONG, timeout, LONG, LONG, LONG, MAX_PDU);
    }

    static RequestorSettings responseTimeout(Duration timeout) {
        return new RequestorSettings(LONG, LONG, timeout, LONG, LONG, MAX_PDU);
    }

    static RequestorSettings writeTimeout(Duration timeout) {
        return new RequestorSettings(LONG, LONG, LONG, timeout, LONG, MAX_PDU);
    }

    static RequestorSettings releaseTimeout(Duration timeout) {
        return new RequestorSettings(LONG, LONG, LONG, LONG, timeout, MAX_PDU);
    }

    private static AcceptorSettings acceptor(int max, Duration request, Duration idle, Duration read) {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new AcceptorSettings(
                anyPort,
                max,
                OptionalInt.empty(),
                request,
                idle,
                read,
                OptionalLong.empty(),
                LONG,
                MAX_PDU,
                Optional.empty());
    }
}
