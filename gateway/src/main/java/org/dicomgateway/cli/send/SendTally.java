package org.dicomgateway.cli.send;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.dicom.synthetic.WriteListener;
import org.dicomgateway.forward.outcome.Outcome;

/** What became of the files so far. Reports the progress. Safe for any number of threads. */
final class SendTally {

    private final WriteListener progress;
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private final List<Result> failures = new ArrayList<>();
    private long stored;
    private long storedBytes;
    private long repeats;

    SendTally(WriteListener progress) {
        this.progress = progress;
    }

    /** So many bytes of a dataset were sent since the last call; negative when they must be sent again. */
    void sent(long bytes) {
        progress.wrote(bytes);
    }

    /** A file needs nothing more, or nothing more can be done for it. */
    synchronized void finished(Result result) {
        repeats += Math.max(0, result.attempts() - 1);
        if (result.status() != Outcome.NO_STATUS) {
            statuses.merge(result.status(), 1L, Long::sum);
        }
        if (result.isStored()) {
            stored++;
            storedBytes += result.file().bytes();
        } else {
            failures.add(result);
        }
        progress.finished();
    }

    /** How many instances the peer says it has. */
    synchronized long stored() {
        return stored;
    }

    /** Their datasets' bytes. */
    synchronized long storedBytes() {
        return storedBytes;
    }

    /** How often something was sent again. */
    synchronized long repeats() {
        return repeats;
    }

    /** How many files had which last status; files without one do not count. */
    synchronized Map<Integer, Long> statuses() {
        return new TreeMap<>(statuses);
    }

    /** What is not stored, in the order in which it failed. */
    synchronized List<Result> failures() {
        return List.copyOf(failures);
    }
}
