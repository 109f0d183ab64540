package org.dicomgateway.admin.server;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.StudyView;

/**
 * What was found, by pages. A page may be short, even empty, though there is a next one: a search looks for a bounded time,
 * and goes on there.
 */
public final class Pages {

    private Pages() {}

    /**
     * Instances.
     *
     * @param next what to give as {@code cursor} for the page that follows; empty when there is none
     */
    public record Instances(List<InstanceView> items, Optional<String> next) {

        /** Copies the list. */
        public Instances {
            items = List.copyOf(items);
        }
    }

    /**
     * Studies.
     *
     * @param next as above
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
     * @param next as above
     */
    public record Deliveries(List<DeliveryView> items, Optional<String> next) {

        /** Copies the list. */
        public Deliveries {
            items = List.copyOf(items);
        }
    }
}
