package org.dicomgateway.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.dataset.ContentDigest;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.DatasetTarget;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.DatasetDigest;

/**
 * Compares the dataset that a destination has with the one that was sent: by length and digest, and when they differ,
 * element by element, as long as the spool has the bytes. Nothing of it is written to the disk.
 */
final class Comparison {

    private static final int WINDOW = 64 << 10;

    private final String how;
    private final Copies copies;

    /** Has the destination send the instance from its beginning, each time that it is called. */
    @FunctionalInterface
    interface Retrieval {
        void to(Receiver receiver) throws IOException;
    }

    /** @param how by what means the instance is read, for operators */
    Comparison(String how, Copies copies) {
        this.how = how;
        this.copies = copies;
    }

    /** The state, without MD5. */
    Finding compare(Copy copy, Retrieval retrieval) throws IOException {
        try {
            return compareBytes(copy, retrieval);
        } catch (UnreadableDatasetException e) {
            return Finding.differing(how, "its file is damaged: " + e.getMessage());
        }
    }

    private Finding compareBytes(Copy copy, Retrieval retrieval) throws IOException {
        DatasetDigest.Calculation theirs = new DatasetDigest.Calculation();
        String[] foreignSyntax = {""};
        retrieval.to((syntax, dataset) -> {
            if (syntax.equals(copy.instance().transferSyntax())) {
                drain(dataset, theirs::add);
            } else {
                foreignSyntax[0] = syntax.toString();
            }
        });
        if (!foreignSyntax[0].isEmpty()) {
            return Finding.unverifiable(
                    how,
                    "the server stores it in the transfer syntax " + foreignSyntax[0] + ", and got "
                            + copy.instance().transferSyntax());
        }
        Optional<DatasetDigest> ours = copy.digest().isPresent() ? copy.digest() : fromSpool(copy);
        long length = copy.instance().datasetLength();
        if (ours.equals(Optional.of(theirs.digest())) && length == theirs.length()) {
            return Finding.verified(how, Optional.empty());
        }
        if (isRestored(copy, theirs)) {
            return Finding.verified(
                    how + " with what another server has, which writes the lengths of sequences its own way",
                    Optional.empty());
        }
        if (ours.isEmpty()) {
            return Finding.undecided(
                    how, "it was received by a version of the gateway without digests, and its bytes are gone");
        }
        String difference = "it has " + theirs.length() + " bytes with the digest " + theirs.digest() + ", but "
                + length + " with " + ours.get() + " were sent";
        Optional<Boolean> same = saysTheSame(copy, retrieval);
        if (same.isPresent()) {
            return same.get()
                    ? Finding.verified(
                            how + ", element by element: the server writes the lengths of sequences its own way",
                            Optional.empty())
                    : Finding.differing(how, difference);
        }
        return length == theirs.length()
                ? Finding.differing(how, difference)
                : Finding.undecided(
                        how,
                        difference + "; the server may write the lengths of sequences its own way, and the bytes that"
                                + " were sent are gone from the spool");
    }

    private static boolean isRestored(Copy copy, DatasetDigest.Calculation theirs) {
        return copy.restored().equals(Optional.of(new Copy.Encoding(theirs.digest(), theirs.length())));
    }

    /** Whether these are the bytes that were sent, or that were taken from another server to be sent again. */
    static boolean isWhatWasSent(Copy copy, DatasetDigest.Calculation theirs) {
        boolean first = theirs.length() == copy.instance().datasetLength()
                && copy.digest().equals(Optional.of(theirs.digest()));
        return first || isRestored(copy, theirs);
    }

    private Optional<DatasetDigest> fromSpool(Copy copy) throws IOException {
        return copies.read(copy.instance().id(), dataset -> {
            DatasetDigest.Calculation calculation = new DatasetDigest.Calculation();
            drain(dataset, calculation::add);
            return calculation.digest();
        });
    }

    /** Compares element by element; empty when what was sent is not in the spool any more. */
    private Optional<Boolean> saysTheSame(Copy copy, Retrieval retrieval) throws IOException {
        if (copy.transformed()) {
            // The spool has what was received, which says something else.
            return Optional.empty();
        }
        Optional<String> ours = content(copy);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        String[] theirs = {""};
        retrieval.to((syntax, dataset) -> {
            theirs[0] = ContentDigest.of(dataset, syntax);
            drain(dataset, (bytes, offset, count) -> {});
        });
        return Optional.of(theirs[0].equals(ours.get()));
    }

    /** Of a dataset that was sent malformed, nothing can be said but its bytes. */
    private Optional<String> content(Copy copy) throws IOException {
        try {
            return copies.read(
                    copy.instance().id(),
                    dataset -> ContentDigest.of(dataset, copy.instance().transferSyntax()));
        } catch (UnreadableDatasetException e) {
            return Optional.of("not readable");
        }
    }

    /** Reads to the end. */
    static void drain(InputStream dataset, DatasetTarget target) throws IOException {
        byte[] window = new byte[WINDOW];
        for (int n = dataset.read(window); n >= 0; n = dataset.read(window)) {
            target.take(window, 0, n);
        }
    }
}
