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
 * What neither the log nor the files of the spool contain, but a rebuilt ledger must know. Stored in the
 * {@link FactJournal}, as JSON.
 */
public sealed interface Fact {

    /** An operator gave up these deliveries permanently. */
    record Discarded(List<Delivery> deliveries, String reason, Instant at) implements Fact {}

    /** An operator moved these deliveries to another destination. */
    record Rerouted(List<Delivery> deliveries, String to, Instant at) implements Fact {}

    /**
     * These bytes of a segment cannot be used, and may contain instances that were answered with success. While this
     * fact exists, the segment is not reused. Each start reads the bytes again.
     */
    record Unread(long segment, long from, long to) implements Fact {}

    /** These versions were sent, and older versions that the spool still keeps must not follow. */
    record Sent(List<SentVersion> versions) implements Fact {}

    /**
     * Since this fact, a destination is sent what this version of its transforms makes; empty: what was received. The
     * newest fact of a destination counts.
     *
     * @param others instances with ids up to this one may have been sent as other versions made them
     */
    record SentBy(String destination, String version, long others) implements Fact {}

    /** A fact written by a newer version of the gateway. Kept unchanged. */
    record Unknown(int kind, String json) implements Fact {}

    /**
     * One delivery, described so that a rebuilt ledger finds it, also when its plan was made again.
     *
     * @param place in the plan; negative for the instance itself, when no route applied to it
     * @param destination the delivery's destination; empty for none
     */
    record Delivery(long instance, int place, String destination) {

        /** Describes an instance that no route applied to. */
        public static Delivery unrouted(long instance) {
            return new Delivery(instance, -1, "");
        }
    }

    /** The number in the journal for this kind of fact. Never used for another kind. */
    default int kind() {
        if (this instanceof Discarded) {
            return 1;
        } else if (this instanceof Rerouted) {
            return 2;
        } else if (this instanceof Unread) {
            return 3;
        } else if (this instanceof Sent) {
            return 4;
        } else if (this instanceof SentBy) {
            return 5;
        }
        return ((Unknown) this).kind;
    }

    /** The fact as stored in the journal. */
    default byte[] toJson() {
        return this instanceof Unknown unknown ? unknown.json.getBytes(UTF_8) : Json.MAPPER.writeValueAsBytes(this);
    }

    /**
     * Reads a fact.
     *
     * @throws IOException when the bytes are not such a fact. The message contains none of them
     */
    static Fact of(int kind, byte[] json) throws IOException {
        try {
            return switch (kind) {
                case 1 -> Json.MAPPER.readValue(json, Discarded.class);
                case 2 -> Json.MAPPER.readValue(json, Rerouted.class);
                case 3 -> Json.MAPPER.readValue(json, Unread.class);
                case 4 -> Json.MAPPER.readValue(json, Sent.class);
                case 5 -> Json.MAPPER.readValue(json, SentBy.class);
                default -> new Unknown(kind, new String(json, UTF_8));
            };
        } catch (RuntimeException e) {
            // No cause: the parser's messages quote the text that they could not parse.
            throw new IOException("a fact of kind " + kind + " does not fit this version: "
                    + e.getClass().getSimpleName());
        }
    }

    /**
     * Removes what concerns only instances or segments that are gone. Empty when nothing remains.
     *
     * @param instances whether the log or a file still has the instance with this id
     * @param segments whether the segment with this number exists
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

    /** Hides the mapper from users of facts. */
    final class Json {
        private static final JsonMapper MAPPER = JsonMapper.builder().build();

        private Json() {}
    }
}
