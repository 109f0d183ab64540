package org.dicomgateway.admin.cluster;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch.Page;

/**
 * What operators see of the other gateways of a cluster, and order from all of them. Every call ends within seconds,
 * whatever becomes of the database. Safe for any number of threads.
 */
public interface ClusterControls {

    /** The name of this gateway. */
    String node();

    /** The names of all gateways, also of those that are gone and not yet forgotten; sorted. */
    Set<String> gateways();

    /** The names of those at work. */
    Set<String> working();

    /**
     * Has an order done by all gateways at work, or by one, and waits for them.
     *
     * @throws IllegalArgumentException when this gateway cannot do it
     */
    OrderView order(ClusterOrder order);

    /**
     * The latest orders.
     *
     * @throws SearchException when the database does not answer
     */
    List<OrderView> orders(int limit);

    /**
     * Copies that other gateways have, the latest first.
     *
     * @param which only its study, SOP Instance UID, destination and state count
     * @param gateway whose; empty: those of all others
     * @throws SearchException when the database does not answer
     * @throws IllegalArgumentException when there is no such cursor
     */
    Page<CopyView> copies(Search which, String gateway, Optional<String> cursor, int limit);

    /**
     * Where a study or an instance is that other gateways have, and what they delivered of it.
     *
     * @param which only its study and SOP Instance UID count
     * @throws SearchException when the database does not answer
     */
    WhereaboutsView whereabouts(Search which);

    /**
     * Publishes rules for all gateways, if all at work can use them, and waits until they have them in force.
     *
     * @param text the content of {@code routing.conf}
     * @param again the version that it is a copy of
     * @param address where the request came from
     * @throws SearchException when the database does not answer
     */
    PublishingView publish(String text, Optional<Long> again, String operator, String address);

    /**
     * The rules that were published, the latest first.
     *
     * @throws SearchException when the database does not answer
     */
    List<PublishedView> published(int limit);

    /**
     * The rules of a version; empty when there is none, or not any more.
     *
     * @throws SearchException when the database does not answer
     */
    Optional<String> publishedText(long version);
}
