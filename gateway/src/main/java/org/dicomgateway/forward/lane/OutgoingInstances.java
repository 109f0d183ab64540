package org.dicomgateway.forward.lane;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.rewrite.RewrittenDataset;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.forward.lane.InstancesAhead.Made;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.transcode.Transcoded;
import org.dicomgateway.transcode.Transcoder;
import org.dicomgateway.transform.Transformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a destination is sent for a claim: the instance as it was received, or what the destination's transforms make of
 * it, or either in another transfer syntax. Whatever is made is made completely, and noted durably, before its first
 * byte is given out. So each attempt sends the same bytes, or none. Safe for any number of threads.
 */
final class OutgoingInstances {

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingInstances.class);

    private static final Closeable NOTHING = () -> {};

    private final Outbox outbox;
    private final Transcoder transcoder;
    private final TranscodeSettings transcode;
    private final boolean negotiates;
    private final Optional<Transformation> transformation;
    private final InstancesAhead ahead;

    /** What is being sent, by delivery. */
    private final Map<Long, SentAs> sent = new ConcurrentHashMap<>();

    OutgoingInstances(Outbox outbox, DestinationSettings settings, Transcoder transcoder) {
        this.outbox = outbox;
        this.transcoder = transcoder;
        this.transcode = settings.transcode();
        this.negotiates = !settings.isWeb();
        this.transformation = Transformation.of(settings.transforms());
        this.ahead = new InstancesAhead(outbox, new InstancesAhead.Maker() {
            @Override
            public List<PresentationPair> promised(Claim claim) throws IOException {
                return OutgoingInstances.this.promised(claim);
            }

            @Override
            public Made make(Claim claim, List<PresentationPair> accepted) throws IOException {
                return OutgoingInstances.this.make(claim, accepted);
            }
        });
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

    /** The forms in which a claim can be sent, the preferred one first: see {@link TranscodeSettings#forms}. */
    List<PresentationPair> forms(Claim claim) {
        return transcode.forms(claim.instance().transferSyntax(), negotiates).stream()
                .map(syntax -> pair(claim, syntax))
                .toList();
    }

    /**
     * The forms in which a claim can be sent now: only that one in which an earlier attempt may have sent it, if any.
     *
     * @throws UntransformableException when it could be sent in that one before, and cannot now
     * @throws NotNowException when that cannot be determined now
     */
    List<PresentationPair> promised(Claim claim) throws UntransformableException, NotNowException {
        List<PresentationPair> made = ahead.forms(claim);
        if (!made.isEmpty()) {
            return made;
        }
        List<PresentationPair> forms = forms(claim);
        if (!transcode.isOn()) {
            return forms;
        }
        Optional<SentAs> before = outbox.sentAs(claim).filter(sent -> !sent.isForgotten());
        if (before.isEmpty()) {
            return forms;
        }
        TransferSyntax syntax =
                before.get().transferSyntax().orElse(claim.instance().transferSyntax());
        PresentationPair same = pair(claim, syntax);
        if (!forms.contains(same)) {
            throw otherwise(before.get(), "the destination's transcode is another one now");
        }
        return List.of(same);
    }

    private static PresentationPair pair(Claim claim, TransferSyntax syntax) {
        return new PresentationPair(claim.instance().sopClass(), syntax);
    }

    /**
     * Before a claim is sent: what is sent for it, and for those that follow in its batch, is made and noted. Its turn
     * comes with {@link #open}, and ends with {@link #settle}.
     */
    void prepare(Claim claim, ClaimBatch claimBatch, Predicate<PresentationPair> accepts) {
        if (isMaking()) {
            ahead.prepare(claim, claimBatch, accepts);
        }
    }

    private boolean isMaking() {
        return transformation.isPresent() || transcode.isOn();
    }

    /** Settles a claim. When nothing of it was sent, nothing stays noted of what was made for it. */
    void settle(Claim claim, Settlement settlement) {
        ahead.end(claim);
        outbox.settle(claim, settlement);
    }

    /**
     * Opens what is sent, in the first of these forms that can be made.
     *
     * @param accepted some of {@link #promised}, at least one
     * @throws UntransformableException when the instance cannot be transformed or transcoded, or would be sent
     *     otherwise than before
     * @throws IOException as {@link Outbox#open}; the stream throws it as that one does
     */
    Prepared open(Claim claim, List<PresentationPair> accepted) throws IOException {
        Optional<InstancesAhead.Taken> taken = ahead.take(claim, accepted);
        Made made = taken.isPresent() ? taken.get().made() : noted(claim, make(claim, accepted));
        Closeable behind = taken.map(InstancesAhead.Taken::memory).orElse(made.behind());
        boolean given = false;
        try {
            Prepared prepared =
                    new Prepared(made.sentAs(), closing(made.dataset().open(), behind));
            made.sentAs().ifPresent(sentAs -> sent.put(claim.deliveryId(), sentAs));
            given = true;
            return prepared;
        } finally {
            if (!given) {
                behind.close();
            }
        }
    }

    /** Returns when it is noted durably, or was before. */
    private Made noted(Claim claim, Made made) throws IOException {
        boolean done = false;
        try {
            if (made.sentAs().isPresent() && !made.isNoted()) {
                outbox.noteSentAs(Map.of(claim, made.sentAs().get())).await();
            }
            done = true;
            return made;
        } finally {
            if (!done) {
                made.behind().close();
            }
        }
    }

    private Made make(Claim claim, List<PresentationPair> accepted) throws IOException {
        TransferSyntax received = claim.instance().transferSyntax();
        Optional<Transformation.Result> transformed = transformed(claim);
        List<UntransformableException> failures = new ArrayList<>();
        for (PresentationPair pair : accepted) {
            if (pair.transferSyntax().equals(received)) {
                return asReceived(claim, transformed);
            }
            try {
                return transcoded(claim, transformed, pair.transferSyntax());
            } catch (UntransformableException e) {
                failures.add(into(pair.transferSyntax(), e));
            }
        }
        throw failures.get(0);
    }

    private static UntransformableException into(TransferSyntax syntax, UntransformableException why) {
        UntransformableException named = new UntransformableException("into " + syntax + ": " + why.getMessage());
        named.initCause(why);
        return named;
    }

    private Optional<Transformation.Result> transformed(Claim claim) throws IOException {
        return transformation.isEmpty()
                ? Optional.empty()
                : Optional.of(transformation
                        .get()
                        .apply(
                                () -> outbox.open(claim),
                                claim.instance().transferSyntax(),
                                new Transformation.Arrival(
                                        claim.instance().origin(),
                                        claim.instance().receivedAt())));
    }

    private static long memory(Optional<Transformation.Result> transformed) {
        return transformed
                .flatMap(Transformation.Result::dataset)
                .map(RewrittenDataset::memory)
                .orElse(0L);
    }

    /** In the transfer syntax in which it was received. */
    private Made asReceived(Claim claim, Optional<Transformation.Result> transformed) throws IOException {
        if (transformed.isEmpty()) {
            // The destination may have had transforms when an earlier attempt was made.
            Optional<SentAs> before = outbox.sentAs(claim);
            if (before.isPresent()) {
                throw otherwise(
                        before.get(),
                        before.get().transferSyntax().isPresent()
                                ? "the destination has no transcode now"
                                : "the destination has no transforms now");
            }
            outbox.noteSentUnchanged(claim);
            return new Made(Optional.empty(), Optional.empty(), () -> outbox.open(claim), NOTHING, 0);
        }
        SentAs sentAs = transformed.get().sentAs();
        return new Made(
                Optional.of(sentAs),
                before(claim, sentAs),
                () -> original(claim, transformed),
                NOTHING,
                memory(transformed));
    }

    private InputStream original(Claim claim, Optional<Transformation.Result> transformed) throws IOException {
        return transformed.isEmpty() ? outbox.open(claim) : transformed.get().open(() -> outbox.open(claim));
    }

    private Made transcoded(Claim claim, Optional<Transformation.Result> transformed, TransferSyntax syntax)
            throws IOException {
        Transcoded made = transcoder.make(
                () -> original(claim, transformed), claim.instance().transferSyntax(), syntax);
        boolean given = false;
        try {
            Optional<SentAs> plain = transformed.map(Transformation.Result::sentAs);
            Instance known = plain.map(claim.instance()::sentAs).orElse(claim.instance());
            SentAs sentAs = new SentAs(
                    plain.map(SentAs::version).orElse(""),
                    known.sopInstance(),
                    known.studyInstanceUid(),
                    known.seriesInstanceUid(),
                    made.digest(),
                    made.length(),
                    Optional.of(syntax));
            Made result = new Made(
                    Optional.of(sentAs), before(claim, sentAs), made::open, made, memory(transformed) + made.memory());
            given = true;
            return result;
        } finally {
            if (!given) {
                made.close();
            }
        }
    }

    /**
     * What an earlier attempt noted.
     *
     * @throws UntransformableException when that may have been something else
     */
    private Optional<SentAs> before(Claim claim, SentAs sentAs) throws UntransformableException, NotNowException {
        Optional<SentAs> before = outbox.sentAs(claim);
        // A forgotten note without a version says that it may have been one of several.
        boolean free = before.isEmpty()
                || (before.get().isForgotten()
                        && !sentAs.version().isEmpty()
                        && before.get().version().equals(sentAs.version()));
        if (!free && !before.get().isSameAs(sentAs)) {
            throw otherwise(
                    before.get(),
                    !before.get().isForgotten() && before.get().version().equals(sentAs.version())
                            ? "this version of the gateway, or of its codec, makes something else of it"
                            : "the transforms, their tables or the key are others now");
        }
        return before;
    }

    private static UntransformableException otherwise(SentAs before, String why) {
        String earlier = before.isForgotten()
                ? "the ledger that knew what earlier attempts sent was lost"
                : "an earlier attempt may have sent it as " + before.sopInstance();
        return new UntransformableException(
                earlier + ", and " + why + "; retry the delivery to send it by the transforms as they are now");
    }

    /** What the destination was sent instead of the instance, if anything, for the log: asked once for each attempt. */
    Optional<SentAs> sentAs(Claim claim) {
        Optional<SentAs> known = Optional.ofNullable(sent.remove(claim.deliveryId()));
        if (!isMaking() || known.isPresent()) {
            return known;
        }
        try {
            return outbox.sentAs(claim);
        } catch (NotNowException e) {
            LOG.debug("the log line of delivery {} does not say what was sent", claim.deliveryId(), e);
            return Optional.empty();
        }
    }

    /** Both are closed: closing what was made of something does not close that. */
    private static InputStream closing(InputStream dataset, Closeable behind) {
        return new FilterInputStream(dataset) {
            @Override
            public void close() throws IOException {
                try (behind) {
                    super.close();
                }
            }
        };
    }
}
