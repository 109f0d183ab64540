package org.dicomgateway.transform;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.RewrittenDataset;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.route.MatchTrace;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.transform.InstanceRewriting.Step;
import org.dicomgateway.transform.InstanceRewriting.Watcher;

/** The transforms of one destination, in their order. Immutable. */
public final class Transformation {

    /** Changed whenever the code changes what comes out, so that the version does. */
    private static final int CODE_VERSION = 2;

    private static final int WINDOW = 64 << 10;
    private static final Watcher NOBODY = (step, dataset) -> {};

    private final List<Compiled> transforms;
    private final String version;

    /** A transform that is ready to run. */
    private record Compiled(TransformSettings settings, List<Step> steps) {

        static Compiled of(TransformSettings settings) {
            List<Step> steps = new ArrayList<>();
            for (RuleSettings rule : settings.rules()) {
                steps.add(new Step(settings.name() + ": " + rule, Optional.of(rule), Optional.empty()));
            }
            settings.profile()
                    .map(Deidentification::new)
                    .ifPresent(profile ->
                            steps.add(new Step(settings.name() + ": profile", Optional.empty(), Optional.of(profile))));
            return new Compiled(settings, List.copyOf(steps));
        }

        InstanceRewriting.Part part(Arrival arrival) {
            return new InstanceRewriting.Part(
                    steps,
                    settings.recordOriginal()
                            ? Optional.of(new OriginalAttributes(
                                    arrival.origin().calling().value(), arrival.at()))
                            : Optional.empty());
        }

        boolean appliesTo(InstanceHeader header, Origin origin) {
            return MatchTrace.of(settings.when(), header, origin).holds();
        }

        boolean isConditional() {
            return !(settings.when() instanceof Condition.AllOf all
                    && all.conditions().isEmpty());
        }

        String version() {
            StringBuilder all = new StringBuilder(settings.name()).append('\n').append(settings.when());
            if (settings.recordOriginal()) {
                all.append("\nrecord-original");
            }
            for (RuleSettings rule : settings.rules()) {
                all.append('\n').append(rule);
                if (rule instanceof RuleSettings.Lookup lookup) {
                    all.append(' ').append(lookup.otherwise()).append(lookup.table());
                }
            }
            steps.forEach(step -> step.deidentification()
                    .ifPresent(profile -> all.append('\n').append(profile.version())));
            return all.toString();
        }
    }

    private Transformation(List<Compiled> transforms) {
        this.transforms = transforms;
        StringBuilder all = new StringBuilder("code " + CODE_VERSION);
        transforms.forEach(transform -> all.append('\n').append(transform.version()));
        this.version = hash(all.toString());
    }

    /** The transforms of a destination; empty when it has none. */
    public static Optional<Transformation> of(List<TransformSettings> transforms) {
        return transforms.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Transformation(transforms.stream().map(Compiled::of).toList()));
    }

    /** A text that is different for rules, tables and keys that are different. */
    public String version() {
        return version;
    }

    /**
     * How an instance came.
     *
     * @param origin the association that it came by
     * @param at when it came
     */
    public record Arrival(Origin origin, Instant at) {}

    /** Gives the dataset of an instance, as it was received, from its beginning. */
    @FunctionalInterface
    public interface Original {
        InputStream open() throws IOException;
    }

    /**
     * What is sent instead of an instance.
     *
     * @param dataset the changed dataset; empty: as it was received, because no transform applies to it
     */
    public record Result(SentAs sentAs, Optional<RewrittenDataset> dataset) {

        /**
         * Opens the dataset that is sent.
         *
         * @param original the same as before; it is opened only when something of it is needed
         * @throws IOException as {@code original}; reading throws it as that one does
         */
        public InputStream open(Original original) throws IOException {
            return dataset.isPresent() ? opened(dataset.get(), original) : original.open();
        }
    }

    private static InputStream opened(RewrittenDataset dataset, Original original) throws IOException {
        InputStream from = dataset.needsOriginal() ? original.open() : InputStream.nullInputStream();
        return new FilterInputStream(dataset.open(from)) {
            /** Closing the changed dataset does not close the original. */
            @Override
            public void close() throws IOException {
                try (from) {
                    super.close();
                }
            }
        };
    }

    /**
     * Transforms an instance completely, to know what is sent. Nothing of it is kept on a disk.
     *
     * @throws UntransformableException when it cannot be transformed completely and certainly
     * @throws UnreadableDatasetException when it is malformed
     * @throws IOException when {@code original} throws it
     */
    public Result apply(Original original, TransferSyntax syntax, Arrival arrival) throws IOException {
        return apply(original, syntax, arrival, NOBODY);
    }

    Result apply(Original original, TransferSyntax syntax, Arrival arrival, Watcher watcher) throws IOException {
        List<Compiled> applying = transforms;
        if (transforms.stream().anyMatch(Compiled::isConditional)) {
            InstanceHeader header = header(original, syntax);
            applying = transforms.stream()
                    .filter(each -> each.appliesTo(header, arrival.origin()))
                    .toList();
            if (applying.isEmpty()) {
                return new Result(unchanged(original, header), Optional.empty());
            }
        }
        InstanceRewriting rewriting = new InstanceRewriting(
                applying.stream().map(each -> each.part(arrival)).toList(),
                syntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN),
                watcher);
        DatasetDigest.Calculation told = new DatasetDigest.Calculation();
        RewrittenDataset dataset;
        try (InputStream in = original.open()) {
            dataset = RewrittenDataset.of(in, syntax, rewriting, told::add);
        }
        DatasetDigest.Calculation digest = syntax.isDeflated() ? digest(() -> opened(dataset, original)) : told;
        if (digest.length() != dataset.length()) {
            throw new UntransformableException("the output has " + digest.length() + " bytes instead of "
                    + dataset.length() + ": a fault of the gateway");
        }
        return new Result(
                sentAs(rewriting.sopInstance(), rewriting.study(), rewriting.series(), digest), Optional.of(dataset));
    }

    private static InstanceHeader header(Original original, TransferSyntax syntax) throws IOException {
        try (InputStream in = original.open()) {
            return HeaderReader.read(in, syntax);
        }
    }

    private SentAs unchanged(Original original, InstanceHeader header) throws IOException {
        return sentAs(
                header.sopInstance().value(), header.studyInstanceUid(), header.seriesInstanceUid(), digest(original));
    }

    private static DatasetDigest.Calculation digest(Original dataset) throws IOException {
        DatasetDigest.Calculation digest = new DatasetDigest.Calculation();
        try (InputStream in = dataset.open()) {
            byte[] window = new byte[WINDOW];
            for (int n = in.read(window); n >= 0; n = in.read(window)) {
                digest.add(window, 0, n);
            }
        }
        return digest;
    }

    private SentAs sentAs(String sopInstance, String study, String series, DatasetDigest.Calculation digest)
            throws UntransformableException {
        if (!Uid.isValid(sopInstance)) {
            throw new UntransformableException("it would have no valid SOP Instance UID");
        }
        return new SentAs(
                version, Uid.of(sopInstance), study, series, digest.digest(), digest.length(), Optional.empty());
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
