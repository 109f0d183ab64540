package org.dicomgateway.spool.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.dicomgateway.spool.ledger.SentVersion;
import tools.jackson.databind.json.JsonMapper;

/**
 * What neither the log nor the files of the spool tell, and a ledger that is built anew must be told. Kept in the
 * {@link FactJournal}, as JSON.
 */
public sealed interface Fact {

    /** An operator gave these up for good. */
    record Discarded(List<Delivery> deliveries, String reason, Instant at) implements Fact {}

    /** An operator gave these to another destination. */
    record Rerouted(List<Delivery> deliveries, String to, Instant at) implements Fact {}

    /**
     * These bytes of a segment could not be made use of, and may hold instances that were answered with success. The
     * segment is not used again as long as this stands; each start looks at them again.
     */
    record Unread(long segment, long from, long to) implements Fact {}

    /** These were sent somewhere, and older versions of them, which are kept, must not follow. */
    record Sent(List<SentVersion> versions) implements Fact {}

    /** Of a version that knows more than this one. It is kept as it is. */
    record Unknown(int kind, String json) implements Fact {}

    /**
     * One delivery, told so that it is found again, also in a plan that is made anew.
     *
     * @param place in the plan; negative: the instance itself, which no route applied to
     * @param destination whose it was; empty for none
     */
    record Delivery(long instance, int place, String destination) {

        /** An instance that no route applied to. */
        public static Delivery unrouted(long instance) {
            return new Delivery(instance, -1, "");
        }
    }

    /** The number in front of it in the journal. Never used for anything else. */
    default int kind() {
        if (this instanceof Discarded) {
            return 1;
        } else if (this instanceof Rerouted) {
            return 2;
        } else if (this instanceof Unread) {
            return 3;
        } else if (this instanceof Sent) {
            return 4;
        }
        return ((Unknown) this).kind;
    }

    /** As it stands in the journal. */
    default byte[] toJson() {
        return this instanceof Unknown unknown ? unknown.json.getBytes(UTF_8) : Json.MAPPER.writeValueAsBytes(this);
    }

    /** Reads it again. @throws IOException when it is not such a fact. The message holds nothing of it */
    static Fact of(int kind, byte[] json) throws IOException {
        try {
            return switch (kind) {
                case 1 -> Json.MAPPER.readValue(json, Discarded.class);
                case 2 -> Json.MAPPER.readValue(json, Rerouted.class);
                case 3 -> Json.MAPPER.readValue(json, Unread.class);
                case 4 -> Json.MAPPER.readValue(json, Sent.class);
                default -> new Unknown(kind, new String(json, UTF_8));
            };
        } catch (RuntimeException e) {
            // Without its cause: the parser's messages quote what they could not parse.
            throw new IOException("a fact of kind " + kind + " is not of this version: "
                    + e.getClass().getSimpleName());
        }
    }

    /**
     * What is left of it when nothing is kept but these.
     *
     * @param instances whether anything of the instance with this id is kept
     * @param segments whether the segment with this number is there
     */
    default Optional<Fact> of(LongPredicate instances, LongPredicate segments) {
        UnaryOperator<List<Delivery>> kept = all -> all.stream()
                .filter(delivery -> instances.test(delivery.instance))
                .toList();
        if (this instanceof Discarded fact) {
            List<Delivery> left = kept.apply(fact.deliveries);
            return left.isEmpty() ? Optional.empty() : Optional.of(new Discarded(left, fact.reason, fact.at));
        } else if (this instanceof Rerouted fact) {
            List<Delivery> left = kept.apply(fact.deliveries);
            return left.isEmpty() ? Optional.empty() : Optional.of(new Rerouted(left, fact.to, fact.at));
        } else if (this instanceof Unread fact) {
            return segments.test(fact.segment) ? Optional.of(fact) : Optional.empty();
        } else if (this instanceof Sent fact) {
            List<SentVersion> left = fact.versions.stream()
                    .filter(version -> version.older().stream().anyMatch(instances::test))
                    .toList();
            return left.isEmpty() ? Optional.empty() : Optional.of(new Sent(left));
        }
        return Optional.of(this);
    }

    /** The mapper, out of the sight of whoever uses facts. */
    final class Json {
        private static final JsonMapper MAPPER = JsonMapper.builder().build();

        private Json() {}
    }
}
