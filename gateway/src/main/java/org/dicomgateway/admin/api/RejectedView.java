package org.dicomgateway.admin.api;

import java.time.Instant;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.observe.RejectedSenders;

/**
 * A sender that got no association within a day.
 *
 * @param callingAe its AE title as it sent it, printable; empty when its request was not read
 * @param calledAe the AE title that it called the last time
 * @param remoteHost its address
 * @param code result/source/reason of the A-ASSOCIATE-RJ, such as 1/1/7; TLS when the handshake failed,
 *     closed when the connection ended before there was a complete request
 * @param reason why, the last time
 * @param advice what to do
 * @param count how often
 * @param firstAt when the first time
 * @param lastAt when the last time
 */
public record RejectedView(
        String callingAe,
        String calledAe,
        String remoteHost,
        String code,
        String reason,
        String advice,
        long count,
        Instant firstAt,
        Instant lastAt) {

    public static RejectedView of(RejectedSenders.Sender sender) {
        RefusedPeer peer = sender.peer();
        return new RejectedView(
                peer.callingAe(),
                peer.calledAe(),
                peer.remoteHost(),
                peer.code(),
                peer.reason(),
                advice(peer.code()),
                sender.count(),
                sender.first(),
                sender.last());
    }

    private static String advice(String code) {
        return switch (code) {
            case "1/1/1", "1/1/3" -> "If it may send: change the entry of access that the reason names, or add one.";
            case "1/1/7" -> "Correct the called AE title on the sender, or ae-titles in gateway.conf.";
            case "2/3/1" -> "The sender can try again as soon as the reason is gone.";
            case "2/3/2" -> "Raise the limit that the reason names, or correct a sender that leaves associations open.";
            case RefusedPeer.CLOSED -> "If it is a sender: it must speak DICOM, with TLS or without as the port does.";
            case RefusedPeer.PROXY ->
                "Correct proxy-protocol.from of the listener, or what the load balancer sends; a sender needs no header.";
            case RefusedPeer.TLS -> "Correct the sender's certificate or TLS settings, or trust of the listener.";
            default -> "Correct the sender: its request is not one that a DICOM sender makes.";
        };
    }
}
