package org.dicomgateway.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;

/** A list of rules. The first rule that matches a request applies. Pure. */
final class AccessList {

    private static final int SHOWN = 120;

    /** The rule that matches, or else the rejection. */
    record Finding(Optional<AccessRule> rule, Optional<Rejection> rejection) {}

    /** How many conditions of a rule a request met, and the rejection for the first condition that it did not meet. */
    private record Misfit(int conditionsMet, Rejection rejection) {}

    private final List<AccessRule> rules;

    AccessList(List<AccessRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Finds the rule for a request.
     *
     * @param user the user whose identity was verified
     */
    Finding find(AssociationRequest request, Optional<String> user) {
        Misfit nearest = null;
        for (AccessRule rule : rules) {
            Optional<Misfit> misfit = misfit(rule, request, user);
            if (misfit.isEmpty()) {
                return new Finding(Optional.of(rule), Optional.empty());
            }
            if (nearest == null || misfit.get().conditionsMet > nearest.conditionsMet) {
                nearest = misfit.get();
            }
        }
        return new Finding(
                Optional.empty(),
                Optional.of(
                        nearest == null ? Rejection.notAllowed("access: no rule is configured") : nearest.rejection));
    }

    /** Whether a rule with a list of addresses includes this address. */
    boolean names(String host) {
        return rules.stream().anyMatch(rule -> !rule.remoteHost().isEmpty() && isFrom(rule, host));
    }

    private static Optional<Misfit> misfit(AccessRule rule, AssociationRequest request, Optional<String> user) {
        String calling = request.origin().calling().value();
        String called = request.origin().called().value();
        String host = request.origin().remoteHost();
        String of = "access " + rule.name() + ": ";
        if (!matches(rule.callingAe(), List.of(calling))) {
            return misfit(
                    0,
                    Rejection.callingAeTitleNotRecognized(of + "does not permit the calling AE title " + calling
                            + "; no other rule matches more conditions"));
        }
        if (!matches(rule.calledAe(), List.of(called))) {
            return misfit(1, Rejection.calledAeTitleNotRecognized(of + calling + " may not call " + called));
        }
        if (!isFrom(rule, host)) {
            return misfit(2, Rejection.notAllowed(of + calling + " may not call from " + host));
        }
        if (!matches(
                rule.certificate(), request.certificate().map(AccessList::names).orElse(List.of()))) {
            return misfit(
                    3,
                    Rejection.notAllowed(of + calling + " may not call with "
                            + request.certificate()
                                    .map(shown -> "the certificate " + Text.printable(shown.subject(), SHOWN))
                                    .orElse("no certificate")));
        }
        if (!matches(rule.user(), user.stream().toList())) {
            return misfit(
                    4,
                    Rejection.notAllowed(of + calling + " may not call "
                            + user.map(name -> "as user " + Text.printable(name, SHOWN))
                                    .orElse("without a user and passcode")));
        }
        return Optional.empty();
    }

    private static Optional<Misfit> misfit(int conditionsMet, Rejection rejection) {
        return Optional.of(new Misfit(conditionsMet, rejection));
    }

    /** Whether there is no pattern, or the pattern matches one of the values. */
    private static boolean matches(Optional<ValuePattern> pattern, List<String> values) {
        return pattern.isEmpty() || values.stream().anyMatch(pattern.get()::matches);
    }

    private static boolean isFrom(AccessRule rule, String host) {
        if (rule.remoteHost().isEmpty()) {
            return true;
        }
        Optional<IpAddress> address = IpAddress.ofPeer(host);
        return address.isPresent() && rule.remoteHost().stream().anyMatch(range -> range.contains(address.get()));
    }

    private static List<String> names(PeerCertificate certificate) {
        List<String> names = new ArrayList<>(List.of(certificate.subject()));
        names.addAll(certificate.names());
        return names;
    }
}
