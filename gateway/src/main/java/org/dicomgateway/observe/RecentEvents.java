package org.dicomgateway.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Keeps the last lines of the forward log, up to a fixed number. For any number of threads. */
public final class RecentEvents implements Consumer<ForwardEvent> {

    /** How many lines are kept. */
    public static final int KEPT = 1_000;

    private final Deque<ForwardEvent> events = new ArrayDeque<>(KEPT);
    private long count;

    /**
     * The events after a given position.
     *
     * @param events in order of time
     * @param skipped how many events between that position and these events are not included
     * @param count how many events there were since the gateway started; the position for the next call
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

    /** The last {@code limit} events, oldest first. */
    public synchronized List<ForwardEvent> last(int limit) {
        List<ForwardEvent> all = new ArrayList<>(events);
        return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    /** The events after the first {@code seen} ones, at most the last {@code limit} of them. */
    public synchronized After after(long seen, int limit) {
        long missing = Math.max(0, count - seen);
        List<ForwardEvent> told = last((int) Math.min(missing, limit));
        return new After(told, missing - told.size(), count);
    }
}
