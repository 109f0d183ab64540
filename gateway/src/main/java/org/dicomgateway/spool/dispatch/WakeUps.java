package org.dicomgateway.spool.dispatch;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox.Coming;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The callbacks for due deliveries, and for those about to become due, by destination. */
public final class WakeUps {

    private static final Logger LOG = LoggerFactory.getLogger(WakeUps.class);

    private final ConcurrentMap<String, List<Runnable>> byDestination = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, Coming> coming = new ConcurrentHashMap<>();

    private volatile Consumer<String> givenBack = destination -> {};

    /** Sets the listener that is called when a delivery comes back because its destination has a problem. */
    public void onGivenBack(Consumer<String> listener) {
        givenBack = listener;
    }

    /** Reports that a delivery came back because this destination has a problem. */
    public void givenBack(String destination) {
        givenBack.accept(destination);
    }

    public void add(String destination, Runnable wakeUp) {
        byDestination
                .computeIfAbsent(destination, name -> new CopyOnWriteArrayList<>())
                .add(wakeUp);
    }

    public void add(String destination, Coming listener) {
        coming.put(destination, listener);
    }

    /** Tells the destinations of an instance that it is about to become due, as far as its plan names one alone. */
    public void coming(Instance instance, Plan plan) {
        for (PlannedDelivery planned : plan.deliveries()) {
            Coming listener = planned.candidates().size() == 1
                    ? coming.get(planned.candidates().get(0))
                    : null;
            if (listener != null) {
                try {
                    listener.comes(instance, planned.route());
                } catch (RuntimeException e) {
                    LOG.error("telling the lane of destination {} failed", planned.candidates(), e);
                }
            }
        }
    }

    /** Calls all callbacks of these destinations. If one fails, the others are still called. */
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
