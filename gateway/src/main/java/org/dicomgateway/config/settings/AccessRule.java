package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.dicom.values.TransferSyntax;

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
 * @param transferSyntaxes in which they may send it, the preferred one first; empty: in any, and of several the one that
 *     they propose first
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
        List<TransferSyntax> transferSyntaxes,
        PeerLimits limits) {

    /** Copies the lists. */
    public AccessRule {
        remoteHost = List.copyOf(remoteHost);
        transferSyntaxes = List.copyOf(transferSyntaxes);
    }

    /** Everybody, in these transfer syntaxes and within limits. */
    public static AccessRule anybody(List<TransferSyntax> transferSyntaxes, PeerLimits limits) {
        return new AccessRule(
                "anybody",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                transferSyntaxes,
                limits);
    }
}
