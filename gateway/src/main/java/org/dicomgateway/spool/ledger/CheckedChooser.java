package org.dicomgateway.spool.ledger;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wraps a chooser so that it never throws and returns only allowed destinations. Whatever the chooser does, the ledger
 * continues.
 */
public final class CheckedChooser implements Chooser {

    private static final Logger LOG = LoggerFactory.getLogger(CheckedChooser.class);

    private final Chooser chooser;
    private final AtomicBoolean failing = new AtomicBoolean();

    public CheckedChooser(Chooser chooser) {
        this.chooser = chooser;
    }

    /** Also empty when the chooser fails. */
    @Override
    public String affinityKey(String route, Instance instance) {
        try {
            return chooser.affinityKey(route, instance);
        } catch (RuntimeException e) {
            report(route, e);
            return "";
        }
    }

    /** Also empty when the chooser fails: the delivery then waits for the next choice. */
    @Override
    public Optional<String> choose(Choice choice) {
        try {
            Optional<String> chosen = chooser.choose(choice);
            if (chosen.isPresent()
                    && (!choice.candidates().contains(chosen.get())
                            || choice.taken().contains(chosen.get()))) {
                throw new IllegalStateException("it chose " + chosen.get() + " of the candidates " + choice.candidates()
                        + ", of which " + choice.taken() + " are taken");
            }
            failing.set(false);
            return chosen;
        } catch (RuntimeException e) {
            report(choice.route(), e);
            return Optional.empty();
        }
    }

    /**
     * Whether a route's deliveries can use the destination. True when the chooser fails: the deliveries then stay where
     * they are.
     */
    public boolean canUse(String destination, String route, Instance instance) {
        Choice only = new Choice(instance, route, 1, "", List.of(destination), Set.of(), Optional.empty());
        try {
            return chooser.choose(only).isPresent();
        } catch (RuntimeException e) {
            report(route, e);
            return true;
        }
    }

    private void report(String route, RuntimeException e) {
        if (failing.compareAndSet(false, true)) {
            LOG.error(
                    "choosing a destination for a delivery of route {} failed; such deliveries wait until the gateway "
                            + "chooses again, when a destination becomes usable",
                    route,
                    e);
        }
    }
}
