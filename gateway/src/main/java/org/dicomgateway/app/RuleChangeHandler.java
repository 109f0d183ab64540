package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.util.concurrent.atomic.AtomicBoolean;
import org.dicomgateway.commit.ArchiveCommitments;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.events.Events;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.verify.Verifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a change of the rules to spool and forwarder. */
final class RuleChangeHandler implements RulesInForce.Followers {

    private static final Logger LOG = LoggerFactory.getLogger(RuleChangeHandler.class);

    private final Spool spool;
    private final Forwarder forwarder;
    private final Verifier verifier;
    private final ArchiveCommitments archiveCommitments;
    private final Events events;
    private final RulesInForce rules;
    private final AtomicBoolean asked = new AtomicBoolean();

    RuleChangeHandler(
            Spool spool,
            Forwarder forwarder,
            Verifier verifier,
            ArchiveCommitments archiveCommitments,
            Events events,
            RulesInForce rules) {
        this.spool = spool;
        this.forwarder = forwarder;
        this.verifier = verifier;
        this.archiveCommitments = archiveCommitments;
        this.events = events;
        this.rules = rules;
    }

    @Override
    public void follow(RoutingSettings settings) {
        verifier.follow(settings.destinations().values());
        archiveCommitments.follow(settings.destinations().values());
        events.follow(settings);
        spool.destinationsChanged(settings.destinations().keySet());
        forwarder.hold(settings.routes().stream()
                .filter(route -> route.hold().isPresent())
                .collect(toMap(RouteSettings::name, route -> route.hold().orElseThrow())));
        forwarder.update(
                settings.destinations().values(),
                settings.routes().stream().collect(toMap(RouteSettings::name, RouteSettings::schedule)));
    }

    /** Plans in a thread of its own: many held instances take long, and the next change must not wait for them. */
    @Override
    public void planAgain() {
        if (asked.compareAndSet(false, true)) {
            Thread thread = new Thread(this::replan, "planning-again");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Plans each instance by the rules at that moment. A change from here on starts a new run. */
    private void replan() {
        asked.set(false);
        try {
            long planned = spool.replan(rules);
            if (planned > 0) {
                LOG.info("rules: {} instances that were held have a route now", planned);
            }
        } catch (RuntimeException e) {
            LOG.error("held instances could not be planned again; the next change of the rules tries again", e);
        }
    }
}
