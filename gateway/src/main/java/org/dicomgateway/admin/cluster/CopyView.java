package org.dicomgateway.admin.cluster;

import java.time.Instant;
import java.util.Optional;

/**
 * A copy of an instance that another gateway delivers, or has delivered, as the cluster's database knows it.
 *
 * @param gateway that gateway
 * @param delivery its number there, for {@code retry} and {@code discard} together with the gateway
 * @param route the route that asked for it
 * @param destination empty while none is chosen
 * @param state pending, delivered, parked, held, merged, discarded or superseded
 * @param reason why it is parked; otherwise empty
 * @param since when it took its state
 */
public record CopyView(
        String gateway,
        long delivery,
        String sopInstanceUid,
        String studyInstanceUid,
        String route,
        Optional<String> destination,
        String state,
        String reason,
        Instant since,
        Instant receivedAt) {}
