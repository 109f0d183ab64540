package org.dicomgateway.admin.api;

import java.util.List;

/** What the event {@code status} of the live events tells. */
public record LiveView(StatusView status, List<DestinationView> destinations) {

    /** Copies the list. */
    public LiveView {
        destinations = List.copyOf(destinations);
    }
}
