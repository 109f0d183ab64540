package org.dicomgateway.spool.dispatch;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants to know when something becomes due, by destination. */
public final class WakeUps {

    private static final Logger LOG = LoggerFactory.getLogger(WakeUps.class);

    private final ConcurrentMap<String, List<Runnable>> byDestination = new ConcurrentHashMap<>();

    private volatile Consumer<String> givenBack = destination -> {};

    /** Has this called with a destination whenever a delivery came back from it for its own trouble. */
    public void onGivenBack(Consumer<String> listener) {
        givenBack = listener;
    }

    /** A delivery came back from this destination, for the destination's trouble. */
    public void givenBack(String destination) {
        givenBack.accept(destination);
    }

    public void add(String destination, Runnable wakeUp) {
        byDestination
                .computeIfAbsent(destination, name -> new CopyOnWriteArrayList<>())
                .add(wakeUp);
    }

    /** Calls everybody who waits for one of these; one that fails keeps no other from being called. */
    public void wake(Set<String> destinations) {
        for (String destination : destinations) {
            for (Runnable wakeUp : byDestination.getOrDefault(destination, List.of())) {
                try {
                    wakeUp.run();
                } catch (RuntimeException e) {
                    LOG.error("waking the lane of destination {} failed", destination, e);
                }
            }
        }
    }
}
