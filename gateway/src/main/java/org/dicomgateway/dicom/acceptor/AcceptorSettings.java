package org.dicomgateway.dicom.acceptor;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dicomgateway.security.ServerTls;

/**
 * How an {@link Acceptor} listens. No duration is ever infinite.
 *
 * @param bind address and port; port 0 takes a free one
 * @param maxAssociations connections served at the same time; one more is refused as a transient local limit
 * @param maxAssociationsPerHost how many of these can come from one address; empty: no separate limit
 * @param requestTimeout ARTIM: a connection that sends no A-ASSOCIATE-RQ in this time is closed (PS3.8 9.2); the time
 *     includes a TLS handshake
 * @param idleTimeout an association on which no message begins for this long is aborted
 * @param readTimeout a message of which no byte arrives for this long ends its association
 * @param minRate bytes per second that a message must bring, measured over each period of twice the read timeout that
 *     is spent waiting for it; less ends its association; empty: no minimum
 * @param writeTimeout a response that the peer does not take in this time ends its association
 * @param maxPduLength the largest P-DATA-TF PDU that we ask senders to use, in bytes
 * @param tls how every connection is secured; empty: without TLS
 */
public record AcceptorSettings(
        InetSocketAddress bind,
        int maxAssociations,
        OptionalInt maxAssociationsPerHost,
        Duration requestTimeout,
        Duration idleTimeout,
        Duration readTimeout,
        OptionalLong minRate,
        Duration writeTimeout,
        int maxPduLength,
        Optional<ServerTls> tls) {}
