package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.spool.engine.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Spool and forwarder, as they follow a change of the rules. */
final class RuleChangeHandler implements RulesInForce.Followers {

    private static final Logger LOG = LoggerFactory.getLogger(RuleChangeHandler.class);

    private final Spool spool;
    private final Forwarder forwarder;
    private final RulesInForce rules;
    private final AtomicBoolean asked = new AtomicBoolean();

    RuleChangeHandler(Spool spool, Forwarder forwarder, RulesInForce rules) {
        this.spool = spool;
        this.forwarder = forwarder;
        this.rules = rules;
    }

    @Override
    public void follow(RoutingSettings settings) {
        spool.destinationsChanged(settings.destinations().keySet());
        forwarder.update(
                settings.destinations().values(),
                settings.routes().stream().collect(toMap(RouteSettings::name, RouteSettings::schedule)));
    }

    /** In a thread of its own: with many held instances it takes long, and the next edit must not wait for it. */
    @Override
    public void planAgain() {
        if (asked.compareAndSet(false, true)) {
            Thread thread = new Thread(this::replan, "planning-again");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Asks for the rules at each instance; a change from here on has it begin again. */
    private void replan() {
        asked.set(false);
        try {
            long planned = spool.replan(rules);
            if (planned > 0) {
                LOG.info("rules: {} instances that were held have a route now", planned);
            }
        } catch (RuntimeException e) {
            LOG.error("what is held could not be planned again; it is with the next change of the rules", e);
        }
    }
}
