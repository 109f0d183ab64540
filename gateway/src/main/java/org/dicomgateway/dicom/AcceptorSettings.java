package org.dicomgateway.dicom;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How an {@link Acceptor} listens. No duration is ever infinite.
 *
 * @param bind address and port; port 0 takes a free one
 * @param maxAssociations connections served at once; one more is refused as a transient local limit
 * @param requestTimeout ARTIM: a connection that sends no A-ASSOCIATE-RQ in this time is closed (PS3.8 9.2)
 * @param idleTimeout an association on which no message begins for this long is aborted
 * @param readTimeout a message of which no byte arrives for this long ends its association
 * @param writeTimeout a response that the peer does not take in this time ends its association
 * @param maxPduLength largest P-DATA-TF PDU we ask senders to use, in bytes
 */
public record AcceptorSettings(
        InetSocketAddress bind,
        int maxAssociations,
        Duration requestTimeout,
        Duration idleTimeout,
        Duration readTimeout,
        Duration writeTimeout,
        int maxPduLength) {}
