package org.dicomgateway.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;

/**
 * Where a request stands.
 *
 * @param result what can be reported now; empty when the request must wait
 * @param waitsFor the first instance found that the request waits for
 * @param note for operators: where this instance stands, or an example of a failure; may be empty
 */
record Assessment(Optional<CommitmentResult> result, Optional<SopReference> waitsFor, String note) {

    /** Until when a request waits. */
    enum Patience {
        /** For everything that can still get better. */
        FULL,
        /** As well, but not for instances that are not known. */
        FOR_KNOWN,
        /** For nothing: it is time to report. */
        NONE
    }

    /** The request must wait for this instance. */
    static Assessment waiting(SopReference reference, Fate fate) {
        return new Assessment(Optional.empty(), Optional.of(reference), fate.note());
    }

    /**
     * Assesses the instances, from {@code first} on and around, up to the first one that is worth waiting for.
     *
     * @param first where to begin: the place of the instance that was waited for last, so that not all are asked each
     *     time
     */
    static Assessment of(
            Uid transaction,
            List<SopReference> references,
            Optional<SopReference> first,
            Patience patience,
            Function<SopReference, Fate> fates) {
        int from = Math.max(0, first.map(references::indexOf).orElse(0));
        List<SopReference> committed = new ArrayList<>();
        List<Failure> failed = new ArrayList<>();
        String note = "";
        for (int i = 0; i < references.size(); i++) {
            SopReference reference = references.get((from + i) % references.size());
            Fate fate = fates.apply(reference);
            if (fate.kind() == Fate.Kind.STORED) {
                committed.add(reference);
            } else if (isFinal(fate, patience)) {
                failed.add(new Failure(reference, fate.reason()));
                note = note.isEmpty() ? fate.note() : note;
            } else {
                return waiting(reference, fate);
            }
        }
        return new Assessment(
                Optional.of(new CommitmentResult(transaction, committed, failed)), Optional.empty(), note);
    }

    static boolean isFinal(Fate fate, Patience patience) {
        return switch (patience) {
            case FULL -> fate.isFinal(true);
            case FOR_KNOWN -> fate.isFinal(false);
            case NONE -> true;
        };
    }
}
