package org.dicomgateway.dicom.acceptor;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How many connections there may be, of whom: in all, of strangers, and of one address. */
final class Places {

    /** One in so many is kept for addresses that are known. */
    private static final int KEPT = 4;

    private final AcceptorSettings settings;
    private final Predicate<String> known;

    /** @param known whether callers are expected from an address */
    Places(AcceptorSettings settings, Predicate<String> known) {
        this.settings = settings;
        this.known = known;
    }

    /** Why one more from this address is too many, before anything is spent on it; null when it is not. */
    @Nullable
    String excess(Collection<AcceptedAssociation> connections, String host) {
        List<AcceptedAssociation> open = connections.stream()
                .filter(connection -> !connection.isOverLimit())
                .toList();
        int max = settings.maxAssociations();
        if (open.size() >= max) {
            return "all " + max + " associations are taken";
        }
        int forStrangers = max - max / KEPT;
        if (open.size() >= forStrangers && !known.test(host)) {
            return "all " + forStrangers
                    + " associations are taken that are for addresses from which nothing came within"
                    + " a day and which no entry of access names";
        }
        int maxOfHost = settings.maxAssociationsPerHost().orElse(max);
        long ofHost =
                open.stream().filter(each -> each.remoteHost().equals(host)).count();
        return ofHost >= maxOfHost
                ? "all " + maxOfHost + " associations of " + host + " are taken (max-associations-per-host)"
                : null;
    }
}
