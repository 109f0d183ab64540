package org.dicomgateway.admin.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Rules that were published for all gateways of a cluster.
 *
 * @param operator who published them; may be empty
 * @param askedAt the gateway that was asked
 * @param again the version whose rules were published again
 * @param digest SHA-256 of the file, in hexadecimal digits
 * @param gateways those at work that work by them
 */
public record PublishedView(
        long version,
        Instant at,
        String operator,
        String askedAt,
        Optional<Long> again,
        String digest,
        List<String> gateways) {

    /** Copies the list. */
    public PublishedView {
        gateways = List.copyOf(gateways);
    }

    /** All that are kept, the latest first. */
    public record All(List<PublishedView> items) {

        /** Copies the list. */
        public All {
            items = List.copyOf(items);
        }
    }

    /** The content of the file. */
    public record Text(long version, String text) {}
}
