package org.dicomgateway.receive;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.RateLimiter;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.Rejection;

/**
 * The access control of one listener: it identifies the peer, finds the rule that permits it, and applies the limits
 * of that rule. The use of one peer does not reduce the limits of another.
 */
public final class AccessControl implements AssociationPolicy {

    private final AccessList list;
    private final IdentityCheck identities;
    private final PeerAccounts accounts;
    private final List<AddressRange> proxies;

    /** With the rules of the listener. Users and failed passcodes are shared by all listeners. */
    public AccessControl(ListenerSettings listener, IdentityCheck identities, InstantSource clock) {
        this.list = new AccessList(listener.access());
        this.identities = identities;
        this.accounts = new PeerAccounts(new RateLimiter(listener.maxRate(), clock), clock);
        this.proxies = listener.proxies();
    }

    @Override
    public AssociationAnswer answer(AssociationRequest request) {
        IdentityCheck.Finding finding = identities.check(request);
        if (finding.rejection().isPresent()) {
            return finding.rejection().get();
        }
        AccessList.Finding found = list.find(request, finding.user());
        if (found.rule().isEmpty()) {
            return found.rejection().orElseThrow();
        }
        Optional<PeerAdmission> admitted = accounts.admit(
                found.rule().get(),
                request.origin().remoteHost(),
                finding.user().isPresent());
        if (admitted.isPresent()) {
            return admitted.get();
        }
        return Rejection.localLimitExceeded("access " + found.rule().get().name() + ": all "
                + found.rule().get().limits().associations().orElse(0) + " associations of "
                + request.origin().remoteHost() + " are in use (max-associations)");
    }

    @Override
    public boolean expects(String remoteHost) {
        return list.names(remoteHost);
    }

    @Override
    public boolean isProxy(String remoteHost) {
        return !proxies.isEmpty()
                && IpAddress.ofPeer(remoteHost)
                        .filter(address -> proxies.stream().anyMatch(range -> range.contains(address)))
                        .isPresent();
    }
}
