package org.dicomgateway.receive;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Rejection;

/**
 * What a listener would answer to a sender that shows no certificate and names no user. Pure: it knows the settings,
 * not how many associations are open.
 *
 * @param listener the name of the listener
 * @param rule the entry of {@code access} that lets the sender in; empty when it would be rejected
 * @param rejection the rejection
 * @param refusal why the instance would be refused although the sender is let in; otherwise empty
 */
public record AccessPreview(
        String listener, Optional<String> rule, Optional<Rejection> rejection, Optional<String> refusal) {

    /** The answer to the sender of an instance. */
    public static AccessPreview of(ListenerSettings listener, Origin origin, InstanceHeader header) {
        Optional<Rejection> called = AssociationGate.checkCalled(listener.aeTitles(), origin.called());
        if (called.isPresent()) {
            return new AccessPreview(listener.name(), Optional.empty(), called, Optional.empty());
        }
        AccessList.Finding found = new AccessList(listener.access())
                .find(new AssociationRequest(origin, 1, Optional.empty(), Optional.empty()), Optional.empty());
        return new AccessPreview(
                listener.name(),
                found.rule().map(AccessRule::name),
                found.rejection(),
                found.rule().flatMap(rule -> refusal(rule, header)));
    }

    private static Optional<String> refusal(AccessRule rule, InstanceHeader header) {
        boolean permitted = rule.sopClass()
                .map(pattern -> pattern.matchesAny(List.of(header.sopClass().value())))
                .orElse(true);
        if (!permitted) {
            return Optional.of("access " + rule.name() + ": does not permit its SOP class");
        }
        return rule.transferSyntaxes().isEmpty() || rule.transferSyntaxes().contains(header.transferSyntax())
                ? Optional.empty()
                : Optional.of("access " + rule.name() + ": does not take its transfer syntax");
    }
}
