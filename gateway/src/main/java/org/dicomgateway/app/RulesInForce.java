package org.dicomgateway.app;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.ReloadView.Outcome;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.commit.Requirements;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.reader.RoutingFile;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.route.RoutingTable;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.transform.Transformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules in force. A new version replaces the old one as a whole: each instance is planned by exactly one version.
 * While the file has problems, the version before stays in force. Safe for any number of threads.
 */
final class RulesInForce implements Planner {

    private static final Logger LOG = LoggerFactory.getLogger(RulesInForce.class);

    /** The stages that need the destinations and the rules. */
    interface Followers {

        /**
         * Sets the destinations that exist. Before new rules are in force, this is called with the old and the new
         * destinations together, so that nothing is planned for a destination without a lane. Afterwards it is called
         * with the new ones only.
         */
        void follow(RoutingSettings rules);

        /** New rules are in force: held instances may have a route now. Returns at once. */
        void planAgain();
    }

    /** A version of the rules. */
    private record Version(RoutingTable table, RoutingSettings settings, Instant since) {}

    private final Path file;
    private final InstantSource clock;
    private final boolean clustered;
    private final Map<String, LongAdder> matched = new ConcurrentHashMap<>();
    private volatile Version current;
    private volatile Optional<Broken> broken = Optional.empty();
    private volatile ReloadView lastReload;
    private Optional<Followers> followers = Optional.empty();
    private boolean followed;

    /** Begins with the first version. */
    RulesInForce(Path file, RoutingSettings settings, InstantSource clock) {
        this(file, settings, false, clock);
    }

    /** @param clustered whether the gateway is one of a cluster, where some rules are not possible */
    RulesInForce(Path file, RoutingSettings settings, boolean clustered, InstantSource clock) {
        this.clustered = clustered;
        this.file = file;
        this.clock = clock;
        Instant now = clock.instant();
        this.current = new Version(RoutingTable.of(settings, now.getEpochSecond()), settings, now);
        this.lastReload = new ReloadView(Outcome.UNCHANGED, current.table.version(), List.of());
    }

    /** A destination of the rules in force. */
    Optional<DestinationSettings> destination(String name) {
        return Optional.ofNullable(current.settings.destinations().get(name));
    }

    /** The versions of the transforms of each destination that has some; sorted by its name. */
    Map<String, String> transforms() {
        Map<String, String> versions = new TreeMap<>();
        current.settings
                .destinations()
                .forEach((name, destination) -> Transformation.of(destination.transforms())
                        .ifPresent(transformation -> versions.put(name, transformation.version())));
        return versions;
    }

    /** The names of the destinations of the rules in force. */
    Set<String> destinations() {
        return current.settings.destinations().keySet();
    }

    /** The copies that storage commitment requires of a route; all, when the rules have no such route any more. */
    private CommitOn commitOn(String route) {
        return current.settings.routes().stream()
                .filter(each -> each.name().equals(route))
                .map(RouteSettings::commitOn)
                .findFirst()
                .orElse(CommitOn.ALL);
    }

    /** What the rules in force require of copies, at each moment. */
    Requirements requirements() {
        return new Requirements() {
            @Override
            public CommitOn commitOn(String route) {
                return RulesInForce.this.commitOn(route);
            }

            @Override
            public boolean isDeidentified(String destination) {
                return destination(destination)
                        .filter(DestinationSettings::deidentifies)
                        .isPresent();
            }
        };
    }

    /** Reports to these stages, now and after each change. The rules may have changed since an earlier process ran. */
    synchronized void tell(Followers stages) {
        followers = Optional.of(stages);
        follow();
    }

    /** Takes over the content of the file, if it is valid and differs from what is in force. */
    synchronized void accept(RoutingFile read) {
        Optional<Problem> alone = clustered
                ? read.settings().flatMap(settings -> Configuration.notInCluster(file, settings))
                : Optional.empty();
        if (alone.isPresent()) {
            refuse(List.of(alone.get()));
        } else {
            read.settings().ifPresentOrElse(this::take, () -> refuse(read.problems()));
        }
    }

    private void take(RoutingSettings next) {
        Version before = current;
        List<String> changes = RulesDifference.between(before.settings, next);
        if (changes.isEmpty() && !followed) {
            follow();
        } else if (changes.isEmpty()) {
            broken.ifPresent(was ->
                    LOG.info("rules: {} is valid again; version {} stays in force", file, before.table.version()));
        } else {
            put(next, before);
            follow();
            LOG.info("rules: version {} is in force: {}", current.table.version(), String.join("; ", changes));
        }
        broken = Optional.empty();
        lastReload = new ReloadView(
                changes.isEmpty() ? Outcome.UNCHANGED : Outcome.APPLIED, current.table.version(), changes);
    }

    private void put(RoutingSettings next, Version before) {
        Instant now = clock.instant();
        long version = Math.max(before.table.version() + 1, now.getEpochSecond());
        followers.ifPresent(stages -> stages.follow(together(before.settings, next)));
        current = new Version(RoutingTable.of(next, version), next, now);
        followed = false;
    }

    /** Updates the stages. If this fails, the next look at the file repeats it: no stage may keep old rules. */
    private void follow() {
        followers.ifPresent(stages -> {
            stages.follow(current.settings);
            stages.planAgain();
        });
        followed = true;
    }

    /** The new rules, and the destinations that only the old ones have. */
    private static RoutingSettings together(RoutingSettings before, RoutingSettings next) {
        Map<String, DestinationSettings> all = new LinkedHashMap<>(before.destinations());
        all.putAll(next.destinations());
        return new RoutingSettings(all, next.routes(), next.transforms(), next.receivers());
    }

    private void refuse(List<Problem> problems) {
        List<String> texts = problems.stream().map(Problem::toString).toList();
        long version = current.table.version();
        lastReload = new ReloadView(Outcome.REFUSED, version, texts);
        if (broken.map(Broken::problems).filter(texts::equals).isPresent()) {
            return;
        }
        LOG.warn("rules: {} is not valid, problems: {}; version {} stays in force", file, texts.size(), version);
        texts.forEach(text -> LOG.warn("rules: {}", text));
        broken = Optional.of(new Broken(broken.map(Broken::since).orElseGet(clock::instant), texts));
    }

    @Override
    public Plan plan(InstanceHeader header, Origin origin) {
        Plan plan = current.table.plan(header, origin);
        String before = "";
        for (Plan.PlannedDelivery delivery : plan.deliveries()) {
            // The copies of a route follow each other.
            if (!delivery.route().equals(before)) {
                before = delivery.route();
                matched.computeIfAbsent(before, name -> new LongAdder()).increment();
            }
        }
        return plan;
    }

    /** The routes in force, and how many instances each applied to since the start. Planning again counts again. */
    List<RouteView> routes() {
        return current.settings.routes().stream()
                .map(route -> new RouteView(
                        route.name(),
                        route.strategy()
                                .match(
                                        broadcast -> "broadcast",
                                        failover -> "failover",
                                        balance -> "balance",
                                        replicate -> "replicate"),
                        route.fallback(),
                        route.priority(),
                        route.to(),
                        Optional.ofNullable(matched.get(route.name()))
                                .map(LongAdder::sum)
                                .orElse(0L)))
                .toList();
    }

    /** The routing table in force. */
    RoutingTable table() {
        return current.table;
    }

    /** The routing file. */
    Path file() {
        return file;
    }

    /** When this version came into force. */
    Instant since() {
        return current.since;
    }

    /** The problems of the file, as long as it has any. */
    Optional<Broken> broken() {
        return broken;
    }

    /** The result of reading the file the last time. */
    ReloadView lastReload() {
        return lastReload;
    }
}
