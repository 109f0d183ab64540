package org.dicomgateway.cli.send;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.cli.common.Progress;

/** What became of the files so far; tells the progress as it goes. For any number of threads. */
final class SendTally implements SendListener {

    private final Progress progress;
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private final List<Result> failures = new ArrayList<>();
    private long stored;
    private long storedBytes;
    private long repeats;

    SendTally(Progress progress) {
        this.progress = progress;
    }

    @Override
    public void sent(long bytes) {
        progress.wrote(bytes);
    }

    @Override
    public void finished(Result result) {
        count(result);
        progress.finished();
    }

    private synchronized void count(Result result) {
        repeats += Math.max(0, result.attempts() - 1);
        if (result.status() != Result.NO_STATUS) {
            statuses.merge(result.status(), 1L, Long::sum);
        }
        if (result.isStored()) {
            stored++;
            storedBytes += result.file().bytes();
        } else {
            failures.add(result);
        }
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

    /** How many files had which last status; those that got none are not in it. */
    synchronized Map<Integer, Long> statuses() {
        return new TreeMap<>(statuses);
    }

    /** What is not stored, in the order it turned out. */
    synchronized List<Result> failures() {
        return List.copyOf(failures);
    }
}
