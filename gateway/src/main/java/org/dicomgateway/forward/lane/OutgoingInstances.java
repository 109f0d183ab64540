package org.dicomgateway.forward.lane;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.transform.Transformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a destination is sent for a claim: the instance as it was received, or what the destination's transforms make of
 * it. A transformed instance is made completely, and noted durably, before its first byte is given out. So each attempt
 * sends the same bytes, or none. Safe for any number of threads.
 */
final class OutgoingInstances {

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingInstances.class);

    private final Outbox outbox;
    private final Optional<Transformation> transformation;

    OutgoingInstances(Outbox outbox, DestinationSettings settings) {
        this.outbox = outbox;
        this.transformation = Transformation.of(settings.transforms());
    }

    /**
     * What is sent.
     *
     * @param sentAs empty: the instance as it was received
     * @param dataset is to be closed
     */
    record Prepared(Optional<SentAs> sentAs, InputStream dataset) {

        /** The instance as the destination gets to know it. */
        Instance known(Claim claim) {
            return sentAs.map(claim.instance()::sentAs).orElse(claim.instance());
        }
    }

    /**
     * Opens what is sent.
     *
     * @throws UntransformableException when the instance cannot be transformed, or would be sent otherwise than before
     * @throws IOException as {@link Outbox#open}; the stream throws it as that one does
     */
    Prepared open(Claim claim) throws IOException {
        if (transformation.isEmpty()) {
            // The destination may have had transforms when an earlier attempt was made.
            Optional<SentAs> before = outbox.sentAs(claim);
            if (before.isPresent()) {
                throw otherwise(before.get(), "the destination has no transforms now");
            }
            outbox.noteSentUnchanged(claim);
            return new Prepared(Optional.empty(), outbox.open(claim));
        }
        Transformation.Original original = () -> outbox.open(claim);
        Transformation.Result result = transformation
                .get()
                .apply(
                        original,
                        claim.instance().transferSyntax(),
                        new Transformation.Arrival(
                                claim.instance().origin(), claim.instance().receivedAt()));
        note(claim, result.sentAs());
        return new Prepared(Optional.of(result.sentAs()), result.open(original));
    }

    private void note(Claim claim, SentAs sentAs) throws UntransformableException, NotNowException {
        Optional<SentAs> before = outbox.sentAs(claim);
        boolean free = before.isEmpty()
                || (before.get().isForgotten() && before.get().version().equals(sentAs.version()));
        if (free) {
            outbox.noteSentAs(claim, sentAs);
        } else if (!before.get().isSameAs(sentAs)) {
            throw otherwise(
                    before.get(),
                    before.get().version().equals(sentAs.version())
                            ? "this version of the gateway transforms it otherwise"
                            : "the transforms, their tables or the key are others now");
        }
    }

    private static UntransformableException otherwise(SentAs before, String why) {
        String earlier = before.isForgotten()
                ? "the ledger that knew what earlier attempts sent was lost"
                : "an earlier attempt may have sent it as " + before.sopInstance();
        return new UntransformableException(
                earlier + ", and " + why + "; retry the delivery to send it by the transforms as they are now");
    }

    /** The SOP Instance UID under which the destination was sent the instance, when that is another one. */
    Optional<Uid> otherUid(Claim claim) {
        if (transformation.isEmpty()) {
            return Optional.empty();
        }
        try {
            return outbox.sentAs(claim)
                    .map(SentAs::sopInstance)
                    .filter(uid -> !uid.equals(claim.instance().sopInstance()));
        } catch (NotNowException e) {
            LOG.debug("the log line of delivery {} names one UID", claim.deliveryId(), e);
            return Optional.empty();
        }
    }
}
