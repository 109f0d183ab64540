package org.dicomgateway.forward.association;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Deadline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a destination is offered an asynchronous operations window. Some break the association then: these get none
 * for a while, longer each time, and the log says so. Safe for any number of threads.
 */
final class WindowOffer {

    private static final Logger LOG = LoggerFactory.getLogger(WindowOffer.class);

    /** A break may have had another reason: then little is lost. */
    private static final Duration FIRST = Duration.ofMinutes(1);

    private static final Duration LONGEST = Duration.ofHours(4);
    private static final int MAX_DOUBLINGS = 8;

    private final String destination;
    private final int window;
    private final InstantSource clock;
    private final AtomicInteger granted = new AtomicInteger();
    private volatile Deadline again;
    private int breaks;

    /** @param window what is offered; 1: nothing ever */
    WindowOffer(String destination, int window, InstantSource clock) {
        this.destination = destination;
        this.window = window;
        this.clock = clock;
        this.again = Deadline.after(clock, Duration.ZERO);
    }

    /** Whether it is made now. */
    boolean isMade() {
        return window > 1 && again.passed();
    }

    /** Whether an association that was offered a window may have failed because of that. */
    static boolean mayBeTheReason(AssociationException failure) {
        return switch (failure.reason()) {
            case ABORTED, CONNECTION_LOST, PROTOCOL -> true;
            case REJECTED ->
                failure.rejection()
                        .filter(rejection -> !rejection.isTransient() && isWithoutReason(rejection))
                        .isPresent();
            case CONNECT, TIMEOUT -> false;
        };
    }

    /** No reason given, by the user or by the ACSE provider (PS3.8 9.3.4). */
    private static boolean isWithoutReason(Rejection rejection) {
        return rejection.source() != 3 && rejection.reason() == 1;
    }

    /** An association failed that was offered a window, and the next one did not, which was offered none. */
    synchronized void broke(AssociationException failure) {
        if (again.passed()) {
            Duration wait = FIRST.multipliedBy(1L << Math.min(breaks, MAX_DOUBLINGS));
            wait = wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
            breaks++;
            again = Deadline.after(clock, wait);
            LOG.warn(
                    "destination {} breaks the association when it is offered an asynchronous operations window"
                            + " (pipeline = {}): it is offered none for {}. Set pipeline = 1 if it does not support"
                            + " one: {}",
                    destination,
                    window,
                    DurationText.of(wait),
                    failure.getMessage());
        }
    }

    /** The destination answered the offer. */
    void answered(int with) {
        if (granted.getAndSet(with) != with) {
            LOG.info(
                    "destination {} {}",
                    destination,
                    with > 1
                            ? "takes " + with + " instances at once on an association"
                            : "takes one instance at a time: it grants no asynchronous operations window");
        }
        synchronized (this) {
            breaks = 0;
        }
    }
}
