package org.dicomgateway.config.transform;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.Condition;

/**
 * One transform of {@code routing.conf}: what is changed in an instance on its way to a destination.
 *
 * @param name its key under {@code transforms}
 * @param when for which instances, as they were received; for others it changes nothing
 * @param rules in the order in which they are carried out
 * @param recordOriginal whether the instance keeps the values that the rules change (PS3.3 C.12.1.1.9)
 * @param profile how the instance is de-identified, after the rules
 */
public record TransformSettings(
        String name,
        Condition when,
        List<RuleSettings> rules,
        boolean recordOriginal,
        Optional<ProfileSettings> profile) {

    /** Copies the list. */
    public TransformSettings {
        rules = List.copyOf(rules);
    }
}
