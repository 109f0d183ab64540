package org.dicomgateway.config.settings;

import java.util.List;
import org.dicomgateway.config.match.Condition;

/**
 * One rule: which instances it applies to, and where they go.
 *
 * @param name its unique name in logs and in the ledger
 * @param match the condition on instances; every instance meets an empty {@link Condition.AllOf}
 * @param fallback whether it applies only to instances that no other route applies to
 * @param strategy how destinations are chosen
 * @param to names of destinations, without duplicates; never empty
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
