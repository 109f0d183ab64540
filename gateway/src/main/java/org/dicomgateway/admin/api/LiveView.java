package org.dicomgateway.admin.api;

import java.util.List;

/** The data of the live event {@code status}. */
public record LiveView(StatusView status, List<DestinationView> destinations) {

    /** Copies the list. */
    public LiveView {
        destinations = List.copyOf(destinations);
    }
}
