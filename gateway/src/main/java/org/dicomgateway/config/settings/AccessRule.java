package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * A rule that permits some peers to send. All its conditions must be met.
 *
 * @param name its name in the log
 * @param callingAe the calling AE title
 * @param calledAe the called AE title
 * @param remoteHost the addresses of the peers; empty: any
 * @param certificate its subject, or one of its subject alternative names; the peer must show one
 * @param user the user, with a correct passcode
 * @param sopClass the SOP classes that the peers may send, by UID; empty: any storage SOP class
 * @param transferSyntaxes the accepted transfer syntaxes, the preferred one first; empty: any, then the first
 *     proposed one is chosen
 * @param limits how much the peers may send
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

    /** Permits every peer, in these transfer syntaxes and within these limits. */
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
