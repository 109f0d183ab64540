package org.dicomgateway.spool.search;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.ledger.DeliveryId;

/**
 * Where a search goes on: behind this instance, which was received then; or, with {@code place}, within it, at its
 * deliveries of lower places.
 */
record SearchCursor(long millis, long id, int place) {

    /** Before everything. */
    static final SearchCursor START = new SearchCursor(Long.MAX_VALUE, Long.MAX_VALUE / Plan.MAX_DELIVERIES, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,15})-(\\d{1,4})");

    /** @throws IllegalArgumentException when it is the text of no cursor */
    static SearchCursor of(Optional<String> text) {
        if (text.isEmpty()) {
            return START;
        }
        Matcher parts = TEXT.matcher(text.get());
        if (!parts.matches()) {
            throw new IllegalArgumentException("the cursor is of no page: take it from next of the page before");
        }
        return new SearchCursor(
                Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    static SearchCursor behind(long millis, long id) {
        return new SearchCursor(millis, id, 0);
    }

    /** Goes on with this delivery of this instance. */
    static SearchCursor with(Instance instance, FoundDelivery delivery) {
        int place = (int) (delivery.id() % Plan.MAX_DELIVERIES);
        return new SearchCursor(instance.receivedAt().toEpochMilli(), instance.id(), place + 1);
    }

    /** Only instances with lower ids are to be looked at. */
    long below() {
        return place > 0 ? id + 1 : id;
    }

    /** Whether a delivery is in the pages before. */
    boolean isBehind(long delivery) {
        return DeliveryId.instance(delivery) == id && delivery % Plan.MAX_DELIVERIES >= place;
    }

    @Override
    public String toString() {
        return millis + "-" + id + "-" + place;
    }
}
