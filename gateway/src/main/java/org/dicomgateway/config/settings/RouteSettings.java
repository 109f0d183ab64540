package org.dicomgateway.config.settings;

import java.util.List;
import org.dicomgateway.config.match.Condition;

/**
 * One rule: which instances, and where they go.
 *
 * @param name as logs and the ledger call it; unique
 * @param match what an instance must meet; an {@link Condition.AllOf} of nothing is met by every instance
 * @param fallback whether it applies only to instances that no other route applies to
 * @param strategy how destinations are chosen
 * @param to names of destinations, none twice; never empty
 * @param priority higher goes first
 * @param schedule when its deliveries may be sent
 */
public record RouteSettings(
        String name,
        Condition match,
        boolean fallback,
        Strategy strategy,
        List<String> to,
        int priority,
        Schedule schedule) {

    /** Copies the list. */
    public RouteSettings {
        to = List.copyOf(to);
    }
}
