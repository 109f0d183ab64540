package org.dicomgateway.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** The last lines of the forward log, so many and no more. For any number of threads. */
public final class RecentEvents implements Consumer<ForwardEvent> {

    /** How many are kept. */
    public static final int KEPT = 1_000;

    private final Deque<ForwardEvent> events = new ArrayDeque<>(KEPT);
    private long count;

    /**
     * Some of what came after others.
     *
     * @param events in order of time
     * @param skipped how many came between those others and these, and are not told
     * @param count how many there were since the gateway started: what to ask for next
     */
    public record After(List<ForwardEvent> events, long skipped, long count) {

        /** Copies the list. */
        public After {
            events = List.copyOf(events);
        }
    }

    @Override
    public synchronized void accept(ForwardEvent event) {
        if (events.size() == KEPT) {
            events.removeFirst();
        }
        events.addLast(event);
        count++;
    }

    /** How many there were since the gateway started. */
    public synchronized long count() {
        return count;
    }

    /** The last {@code limit}, oldest first. */
    public synchronized List<ForwardEvent> last(int limit) {
        List<ForwardEvent> all = new ArrayList<>(events);
        return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    /** What came after the first {@code seen}, at most the last {@code limit} of that. */
    public synchronized After after(long seen, int limit) {
        long missing = Math.max(0, count - seen);
        List<ForwardEvent> told = last((int) Math.min(missing, limit));
        return new After(told, missing - told.size(), count);
    }
}
