package org.dicomgateway.cli.send;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How it stands between us and the peer, as all associations together see it. For any number of threads. */
final class Standing {

    private final AtomicLong answers = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final AtomicReference<@Nullable String> over = new AtomicReference<>();

    /** A C-STORE was answered, whatever the status. */
    void answered() {
        answers.incrementAndGet();
    }

    /** How many were answered. */
    long answers() {
        return answers.get();
    }

    void opened() {
        int now = open.incrementAndGet();
        mostOpen.accumulateAndGet(now, Math::max);
    }

    void closed() {
        open.decrementAndGet();
    }

    /** How many associations are open now. */
    int open() {
        return open.get();
    }

    int mostOpen() {
        return mostOpen.get();
    }

    /** Nothing more is to be tried; the first reason counts. */
    void giveUp(String why) {
        over.compareAndSet(null, why);
    }

    boolean isOver() {
        return over.get() != null;
    }

    /** Why it was given up; empty when it was not. */
    String reason() {
        String why = over.get();
        return why == null ? "" : why;
    }
}
