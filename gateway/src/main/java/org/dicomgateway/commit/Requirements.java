package org.dicomgateway.commit;

import org.dicomgateway.config.settings.RouteSettings.CommitOn;

/** What the rules, as they are now, require of the copies of an instance. */
@FunctionalInterface
public interface Requirements {

    /** The copies that a route requires, by its name. */
    CommitOn commitOn(String route);

    /** Whether a destination gets other instances, because it gets them de-identified: these are no copies. */
    default boolean isDeidentified(String destination) {
        return false;
    }
}
