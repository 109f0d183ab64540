package org.dicomgateway.forward.health;

import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a destination keeps everybody waiting who waits for it, longer than is usual for it. It may hang or be about to
 * answer; until that is known, which takes {@link Suspicion} several seconds, what can go elsewhere just as well should.
 * Ends with the next answer to a store, not with one to a call: a server whose disk hangs still takes calls. A C-ECHO
 * that is answered makes up for what is awaited then, so that a single store that hangs does not keep a server idle.
 *
 * <p>One that is down is not used anyway, and no silence: each trial of it would begin one and end it.
 *
 * <p>For any number of threads; asking never waits.
 */
public final class Silence {

    private static final Logger LOG = LoggerFactory.getLogger(Silence.class);

    private final String lane;
    private final Breaker breaker;
    private final PendingResponses pendingResponses;
    private final Consumer<Boolean> onChange;

    /** How many stores had been answered when it began. */
    private volatile OptionalLong storesBefore = OptionalLong.empty();

    /** @param onChange is told, in the thread that noticed, when it begins and when it ends */
    public Silence(String lane, DestinationSignals destinationSignals, Consumer<Boolean> onChange) {
        this.lane = lane;
        this.breaker = destinationSignals.breaker();
        this.pendingResponses = destinationSignals.pendingResponses();
        this.onChange = onChange;
    }

    public boolean isOn() {
        return storesBefore.isPresent();
    }

    /** Something was answered, or time has passed: sees whether it has begun or ended. */
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
                        "destination {} answers nothing for {}: what can go elsewhere does, until it answers",
                        lane,
                        Health.seconds(pendingResponses.longest()));
            } else {
                LOG.info("destination {} is no longer silent", lane);
            }
            storesBefore = now ? OptionalLong.of(stores) : OptionalLong.empty();
        }
        onChange.accept(now);
    }
}
