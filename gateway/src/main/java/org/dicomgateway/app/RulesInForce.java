package org.dicomgateway.app;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.ReloadView.Outcome;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.reader.RoutingFile;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.route.RoutingTable;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Planner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules as they are now. One version is replaced by the next as a whole: an instance is planned by exactly one. While
 * their file has problems, the version before stays in force. For any number of threads.
 */
final class RulesInForce implements Planner {

    private static final Logger LOG = LoggerFactory.getLogger(RulesInForce.class);

    /** The stages that must know the destinations and the rules. */
    interface Followers {

        /**
         * These destinations exist. Called with those of the old and the new rules together before the new ones are in
         * force, so that nothing is planned for a destination that is not served; afterwards with the new ones alone.
         */
        void follow(RoutingSettings rules);

        /** Other rules are in force: what was held may have a route now. Returns at once. */
        void planAgain();
    }

    /** A version of the rules. */
    private record Version(RoutingTable table, RoutingSettings settings, Instant since) {}

    private final Path file;
    private final InstantSource clock;
    private final Map<String, LongAdder> matched = new ConcurrentHashMap<>();
    private volatile Version current;
    private volatile Optional<Broken> broken = Optional.empty();
    private volatile ReloadView lastReload;
    private Optional<Followers> followers = Optional.empty();
    private boolean followed;

    /** The first version. */
    RulesInForce(Path file, RoutingSettings settings, InstantSource clock) {
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

    /** Has changes told to these from now on; the rules may have changed since an earlier process held something. */
    synchronized void tell(Followers stages) {
        followers = Optional.of(stages);
        follow();
    }

    /** What was read from the file: takes it over when it is right and says something else than what is in force. */
    synchronized void accept(RoutingFile read) {
        read.settings().ifPresentOrElse(this::take, () -> refuse(read.problems()));
    }

    private void take(RoutingSettings next) {
        Version before = current;
        List<String> changes = RulesDifference.between(before.settings, next);
        if (changes.isEmpty() && !followed) {
            follow();
        } else if (changes.isEmpty()) {
            broken.ifPresent(was ->
                    LOG.info("rules: {} is right again; version {} stays in force", file, before.table.version()));
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

    /** What fails here is done again when the file is looked at next: nothing may go on by what is no longer so. */
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
        return new RoutingSettings(all, next.routes());
    }

    private void refuse(List<Problem> problems) {
        List<String> texts = problems.stream().map(Problem::toString).toList();
        long version = current.table.version();
        lastReload = new ReloadView(Outcome.REFUSED, version, texts);
        if (broken.map(Broken::problems).filter(texts::equals).isPresent()) {
            return;
        }
        LOG.warn("rules: {} is wrong, problems: {}; version {} stays in force", file, texts.size(), version);
        texts.forEach(text -> LOG.warn("rules: {}", text));
        broken = Optional.of(new Broken(broken.map(Broken::since).orElseGet(clock::instant), texts));
    }

    @Override
    public Plan plan(InstanceHeader header, Origin origin) {
        Plan plan = current.table.plan(header, origin);
        plan.deliveries().stream()
                .map(Plan.PlannedDelivery::route)
                .distinct()
                .forEach(route ->
                        matched.computeIfAbsent(route, name -> new LongAdder()).increment());
        return plan;
    }

    /** The routes in force, with how many instances each applied to since the start; planning again counts again. */
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

    /** The table, for whoever chooses by it. */
    RoutingTable table() {
        return current.table;
    }

    /** The routing file. */
    Path file() {
        return file;
    }

    /** Since when this version is in force. */
    Instant since() {
        return current.since;
    }

    /** What is wrong with the file, as long as something is. */
    Optional<Broken> broken() {
        return broken;
    }

    /** What became of the file when it was last read. */
    ReloadView lastReload() {
        return lastReload;
    }
}
