package org.dicomgateway.verify;

import java.io.IOException;
import java.util.Optional;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.dicom.requestor.QueryRetrieve.UniqueKeys;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.DatasetTarget;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.DatasetDigest;

/**
 * A destination that offers what the standard has, and no checksum: each check of content reads the whole dataset. Its
 * own name of an instance is the Series Instance UID.
 */
abstract class RetrievingArchive implements Archive {

    private final String queried;
    private final String retrieved;
    private final Comparison comparison;

    /** The means, for operators: of a query, and of a retrieval. */
    RetrievingArchive(String query, String retrieval, Copies copies) {
        this.queried = "listed by " + query;
        this.retrieved = "the whole dataset was read by " + retrieval + " and compared";
        this.comparison = new Comparison(retrieved, copies);
    }

    /** Why the destination does not send an instance. It says nothing about other instances. */
    static final class NotSentException extends IOException {

        private static final long serialVersionUID = 1L;

        /** The kinds of reason. */
        enum Reason {
            /** It says that it does not have the instance. */
            ABSENT,
            /** It cannot send it in a way that the gateway knows, or not now. */
            REFUSED,
            /** It failed to. */
            FAILED
        }

        private final Reason reason;

        NotSentException(Reason reason, String why) {
            super(why);
            this.reason = reason;
        }
    }

    /** What it has of a study; the names are Series Instance UIDs. */
    abstract Holdings holdings(Copy copy, Uid study) throws IOException;

    /**
     * Has the destination send an instance.
     *
     * @throws NotSentException when it sent nothing
     */
    abstract void retrieve(Copy copy, UniqueKeys keys, Receiver receiver) throws IOException;

    @Override
    public final Holdings study(Copy copy) throws IOException {
        String study = copy.instance().studyInstanceUid();
        return Uid.isValid(study) ? holdings(copy, Uid.of(study)) : Holdings.unlisted();
    }

    /** Asking for the copy will tell. */
    @Override
    public final Optional<String> name(Copy copy) {
        return Optional.of("");
    }

    @Override
    public final Finding check(Copy copy, String name, Level level) throws IOException {
        String series = seriesOf(copy, name);
        if (!Uid.isValid(copy.instance().studyInstanceUid()) || !Uid.isValid(series)) {
            return Finding.unverifiable(queried, "it has no Study or Series Instance UID, so nobody can ask for it");
        }
        if (level == Level.PRESENCE) {
            return name.isEmpty()
                    ? Finding.unverifiable(queried, "the server cannot list its series")
                    : Finding.verified(queried, Optional.empty());
        }
        try {
            return comparison.compare(copy, receiver -> retrieve(copy, keys(copy, series), receiver));
        } catch (NotSentException e) {
            String why = String.valueOf(e.getMessage());
            return switch (e.reason) {
                case ABSENT -> Finding.missing(retrieved);
                case REFUSED -> Finding.unverifiable(retrieved, why);
                case FAILED ->
                    study(copy).name(copy.instance().sopInstance()).isPresent()
                            ? Finding.differing(retrieved, "the server does not send it: " + why)
                            : Finding.missing(retrieved);
            };
        }
    }

    private static String seriesOf(Copy copy, String name) {
        return name.isEmpty() ? copy.instance().seriesInstanceUid() : name;
    }

    private static UniqueKeys keys(Copy copy, String series) {
        return new UniqueKeys(
                Uid.of(copy.instance().studyInstanceUid()),
                Uid.of(series),
                copy.instance().sopInstance());
    }

    @Override
    public final void fetch(Copy copy, String name, Finding checked, DatasetTarget target) throws IOException {
        DatasetDigest.Calculation theirs = new DatasetDigest.Calculation();
        retrieve(copy, keys(copy, seriesOf(copy, name)), (syntax, dataset) -> {
            if (!syntax.equals(copy.instance().transferSyntax())) {
                throw new IOException("the server sent it in the transfer syntax " + syntax);
            }
            Comparison.drain(dataset, (bytes, offset, count) -> {
                theirs.add(bytes, offset, count);
                target.take(bytes, offset, count);
            });
        });
        if (!Comparison.isWhatWasSent(copy, theirs)) {
            throw new IOException("the server did not send, byte for byte, what was sent to it");
        }
    }
}
