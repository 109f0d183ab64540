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
 * Whether a destination is offered an asynchronous operations window. Some break the association then, or grant one and
 * break it when they are taken at their word: these get none for a while, longer each time, and the log says so. Safe
 * for any number of threads.
 */
final class WindowOffer {

    private static final Logger LOG = LoggerFactory.getLogger(WindowOffer.class);

    /** A break may have had another reason: then little is lost. */
    private static final Duration FIRST = Duration.ofMinutes(1);

    private static final Duration LONGEST = Duration.ofHours(4);
    private static final int MAX_DOUBLINGS = 8;

    /** So many associations in a row that break with several under way: each alone may have another reason. */
    private static final int IN_A_ROW = 3;

    private final String destination;
    private final int window;
    private final InstantSource clock;
    private final AtomicInteger granted = new AtomicInteger();
    private volatile Deadline again;
    private int breaks;
    private int brokenInUse;

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
    void broke(AssociationException failure) {
        withdraw("when it is offered an asynchronous operations window", failure);
    }

    /** An association broke with several instances under way. */
    synchronized void brokeInUse(AssociationException failure) {
        brokenInUse++;
        if (brokenInUse >= IN_A_ROW) {
            brokenInUse = 0;
            withdraw("again and again when several instances are under way", failure);
        }
    }

    /** An association ended in order on which several instances had been under way. */
    synchronized void served() {
        brokenInUse = 0;
        breaks = 0;
    }

    private synchronized void withdraw(String when, AssociationException failure) {
        if (again.passed()) {
            Duration wait = FIRST.multipliedBy(1L << Math.min(breaks, MAX_DOUBLINGS));
            wait = wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
            breaks++;
            again = Deadline.after(clock, wait);
            LOG.warn(
                    "destination {} breaks the association {} (pipeline = {}): it gets one instance at a time for"
                            + " {}. Set pipeline = 1 if it does not support more: {}",
                    destination,
                    when,
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
    }
}
