package org.dicomgateway.dicom.acceptor;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Limits the connections: in total, of unknown addresses, and of one address. One that comes through a proxy counts for
 * the address of the proxy until its header has arrived. Safe for any number of threads.
 */
final class Places {

    /** One in this many connections is reserved for known addresses. */
    private static final int KEPT = 4;

    private final AcceptorSettings settings;
    private final Predicate<String> known;

    /**
     * Uses the limits of these settings.
     *
     * @param known whether the gateway knows or expects peers at an address
     */
    Places(AcceptorSettings settings, Predicate<String> known) {
        this.settings = settings;
        this.known = known;
    }

    /** Why one more connection is too many, wherever it comes from; null when it is not. Costs almost nothing. */
    @Nullable
    String excess(Collection<AcceptedAssociation> connections) {
        int max = settings.maxAssociations();
        return within(connections).size() >= max ? "all " + max + " associations are in use" : null;
    }

    /**
     * Why one more connection from this address is too many; null when it is not.
     *
     * @param connections the other ones
     */
    @Nullable
    String excess(Collection<AcceptedAssociation> connections, String host) {
        @Nullable String full = excess(connections);
        if (full != null) {
            return full;
        }
        List<AcceptedAssociation> open = within(connections);
        int max = settings.maxAssociations();
        int forStrangers = max - max / KEPT;
        if (open.size() >= forStrangers && !known.test(host)) {
            return "all " + forStrangers
                    + " associations for unknown addresses are in use: no instance came from this address within"
                    + " a day, and no access rule names it";
        }
        int maxOfHost = settings.maxAssociationsPerHost().orElse(max);
        long ofHost =
                open.stream().filter(each -> each.remoteHost().equals(host)).count();
        return ofHost >= maxOfHost
                ? "all " + maxOfHost + " associations of " + host + " are in use (max-associations-per-host)"
                : null;
    }

    private static List<AcceptedAssociation> within(Collection<AcceptedAssociation> connections) {
        return connections.stream()
                .filter(connection -> !connection.isOverLimit())
                .toList();
    }
}
