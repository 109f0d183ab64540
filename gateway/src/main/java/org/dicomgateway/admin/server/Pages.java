package org.dicomgateway.admin.server;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.api.StudyView;

/**
 * Search results by pages. A page may be short, or even empty, although there is a next one: each search runs for a
 * limited time, and the next page continues it.
 */
public final class Pages {

    private Pages() {}

    /**
     * Instances.
     *
     * @param next the {@code cursor} of the next page; empty when there is none
     */
    public record Instances(List<InstanceView> items, Optional<String> next) {

        /** Copies the list. */
        public Instances {
            items = List.copyOf(items);
        }
    }

    /**
     * Instances, and what happened to each.
     *
     * @param next the {@code cursor} of the next page; empty when there is none
     */
    public record Timelines(List<StoryView> items, Optional<String> next) {

        /** Copies the list. */
        public Timelines {
            items = List.copyOf(items);
        }
    }

    /**
     * Studies.
     *
     * @param next the {@code cursor} of the next page; empty when there is none
     */
    public record Studies(List<StudyView> items, Optional<String> next) {

        /** Copies the list. */
        public Studies {
            items = List.copyOf(items);
        }
    }

    /**
     * Deliveries.
     *
     * @param next the {@code cursor} of the next page; empty when there is none
     */
    public record Deliveries(List<DeliveryView> items, Optional<String> next) {

        /** Copies the list. */
        public Deliveries {
            items = List.copyOf(items);
        }
    }
}
