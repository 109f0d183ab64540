package org.dicomgateway.admin;

import java.util.Optional;
import org.dicomgateway.spool.SpoolView.Books;

/**
 * A destination.
 *
 * @param name as the rules call it
 * @param health how it does; empty when the rules no longer name it
 * @param books its deliveries, counted since the ledger began; empty when it never got any
 */
public record DestinationView(String name, Optional<HealthView> health, Optional<Books> books) {}
