package org.dicomgateway.config;

import java.util.List;
import java.util.Optional;

/**
 * Some who may send. All conditions that are there must hold.
 *
 * @param name as the log calls it
 * @param callingAe the AE title they call themselves by
 * @param calledAe the AE title they call us by
 * @param remoteHost the addresses they call from; empty: any
 * @param certificate its subject, or one of its subject alternative names; there must be one
 * @param user whose passcode was right
 * @param sopClass what they may send, by UID; empty: any storage SOP class
 * @param limits how much they may do
 */
public record AccessRule(
        String name,
        Optional<ValuePattern> callingAe,
        Optional<ValuePattern> calledAe,
        List<AddressRange> remoteHost,
        Optional<ValuePattern> certificate,
        Optional<ValuePattern> user,
        Optional<ValuePattern> sopClass,
        PeerLimits limits) {

    /** Copies the list. */
    public AccessRule {
        remoteHost = List.copyOf(remoteHost);
    }

    /** Everybody, within limits. */
    public static AccessRule anybody(PeerLimits limits) {
        return new AccessRule(
                "anybody",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                limits);
    }
}
