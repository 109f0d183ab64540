package org.dicomgateway.spool.search;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.ledger.DeliveryId;

/**
 * Where a search continues: after this instance, which was received at {@code millis}. With a {@code place}, it
 * continues within the instance, at deliveries with lower places.
 */
record SearchCursor(long millis, long id, int place) {

    /** The start of a search. */
    static final SearchCursor START = new SearchCursor(Long.MAX_VALUE, Long.MAX_VALUE / Plan.MAX_DELIVERIES, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,15})-(\\d{1,4})");

    /**
     * Reads a cursor from its text.
     *
     * @throws IllegalArgumentException when the text is not a cursor
     */
    static SearchCursor of(Optional<String> text) {
        if (text.isEmpty()) {
            return START;
        }
        Matcher parts = TEXT.matcher(text.get());
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a valid cursor: use the value of next from the previous page");
        }
        return new SearchCursor(
                Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Integer.parseInt(parts.group(3)));
    }

    static SearchCursor behind(long millis, long id) {
        return new SearchCursor(millis, id, 0);
    }

    /** A cursor that continues with this delivery of this instance. */
    static SearchCursor with(Instance instance, FoundDelivery delivery) {
        int place = (int) (delivery.id() % Plan.MAX_DELIVERIES);
        return new SearchCursor(instance.receivedAt().toEpochMilli(), instance.id(), place + 1);
    }

    /** Only instances with lower ids can follow. */
    long below() {
        return place > 0 ? id + 1 : id;
    }

    /** Whether an earlier page contains this delivery. */
    boolean isBehind(long delivery) {
        return DeliveryId.instance(delivery) == id && delivery % Plan.MAX_DELIVERIES >= place;
    }

    @Override
    public String toString() {
        return millis + "-" + id + "-" + place;
    }
}
