package org.dicomgateway.forward.health;

import java.util.OptionalLong;
import java.util.function.Consumer;
import org.dicomgateway.config.settings.DurationText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether all requests to a destination wait longer than is usual for it. The destination may hang or be about to
 * answer. {@code Suspicion} needs several seconds to find out; until then, deliveries that can go elsewhere should. The
 * silence ends with the next answer to a store. An answer to a call does not end it: a server whose disk hangs still
 * accepts associations. A C-ECHO that is answered excuses the requests that wait at that moment, so that one hanging
 * store does not leave a server idle.
 *
 * <p>A destination that is down is not used, so it has no silence: otherwise each trial would begin and end one.
 *
 * <p>Safe for any number of threads; asking never waits.
 */
public final class Silence {

    private static final Logger LOG = LoggerFactory.getLogger(Silence.class);

    private final String lane;
    private final Breaker breaker;
    private final PendingResponses pendingResponses;
    private final Consumer<Boolean> onChange;

    /** How many stores had been answered when the silence began. */
    private volatile OptionalLong storesBefore = OptionalLong.empty();

    /**
     * Creates it without a silence.
     *
     * @param onChange is called, in the thread that noticed, when a silence begins and when it ends
     */
    public Silence(String lane, DestinationSignals destinationSignals, Consumer<Boolean> onChange) {
        this.lane = lane;
        this.breaker = destinationSignals.breaker();
        this.pendingResponses = destinationSignals.pendingResponses();
        this.onChange = onChange;
    }

    public boolean isOn() {
        return storesBefore.isPresent();
    }

    /** Checks whether a silence has begun or ended. Call it after an answer, and from time to time. */
    public void review() {
        boolean now;
        synchronized (this) {
            if (!breaker.allowsTraffic()) {
                storesBefore = OptionalLong.empty();
                return;
            }
            long stores = pendingResponses.stores();
            now = isOn()
                    ? stores == storesBefore.getAsLong() && pendingResponses.isAwaited()
                    : pendingResponses.isSilent();
            if (now == isOn()) {
                return;
            }
            if (now) {
                LOG.info(
                        "destination {} has not answered for {}: until it answers, deliveries go elsewhere if they can",
                        lane,
                        DurationText.seconds(pendingResponses.longest()));
            } else {
                LOG.info("destination {} is no longer silent", lane);
            }
            storesBefore = now ? OptionalLong.of(stores) : OptionalLong.empty();
        }
        onChange.accept(now);
    }
}
