package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.VerificationView;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.events.EventControls;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.admin.server.Controls;
import org.dicomgateway.events.Events;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.verify.Verifier;
import org.dicomgateway.verify.VerifyJob;

/** Lets operators see and control the stages. */
record GatewayControls(
        Supplier<ProcessView> running,
        Supplier<ReceiverView> receiving,
        Supplier<CommitmentsView> committing,
        Supplier<Optional<StatusView.Cluster>> clustering,
        Supplier<Optional<ClusterControls>> steeringAll,
        TlsContexts tls,
        RejectedSenders rejectedSenders,
        PausableIntake intake,
        CaughtUp caughtUp,
        Forwarder forwarder,
        Verifier verifier,
        Events told,
        PausedDestinations paused,
        RulesInForce inForce,
        RulesWatcher watcher,
        RestartNeeds restart)
        implements Controls {

    @Override
    public ProcessView process() {
        return running.get();
    }

    @Override
    public EventControls events() {
        return new EventAccess(told);
    }

    /** Lets operators see and control events. */
    private record EventAccess(Events events) implements EventControls {

        @Override
        public List<StatusView.Receiver> receivers() {
            return events.receivers().stream()
                    .map(each -> new StatusView.Receiver(
                            each.name(),
                            each.configured(),
                            each.channel(),
                            each.waiting(),
                            each.oldest(),
                            each.full(),
                            each.taken(),
                            each.failures(),
                            each.problem(),
                            each.nextAttempt(),
                            each.gone()))
                    .toList();
        }

        @Override
        public List<EventView> events(String receiver, String study, boolean onlyWaiting, int max) {
            return events.events(receiver, study, onlyWaiting, max).stream()
                    .map(each -> new EventView(
                            each.id(),
                            each.receiver(),
                            each.kind(),
                            each.subject(),
                            each.madeAt(),
                            each.state(),
                            each.attempts(),
                            each.due(),
                            each.settledAt(),
                            each.lastError()))
                    .toList();
        }

        @Override
        public long retry(String receiver) {
            return events.retry(receiver);
        }

        @Override
        public long discard(String receiver, String id) {
            return events.discard(receiver, id);
        }
    }

    @Override
    public ReceiverView receiver() {
        return receiving.get();
    }

    @Override
    public CommitmentsView commitments() {
        return committing.get();
    }

    @Override
    public Optional<StatusView.Cluster> cluster() {
        return clustering.get();
    }

    @Override
    public Optional<ClusterControls> clusterControls() {
        return steeringAll.get();
    }

    @Override
    public void pauseReceiver(String why) {
        intake.pause(why);
    }

    @Override
    public void drain(String why) {
        intake.drain(why);
    }

    @Override
    public boolean booksAreComplete() {
        return caughtUp.soon();
    }

    @Override
    public boolean resumeReceiver() {
        return intake.resume();
    }

    @Override
    public List<CertificateView> certificates() {
        return tls.certificates().stream()
                .map(each -> new CertificateView(each.file().toString(), each.subject(), each.notAfter()))
                .toList();
    }

    @Override
    public List<RouteView> routes() {
        return inForce.routes();
    }

    @Override
    public RulesView rules() {
        return new RulesView(
                inForce.table().version(),
                inForce.since(),
                inForce.file().toString(),
                inForce.broken(),
                restart.keys());
    }

    @Override
    public Map<String, HealthView> destinations() {
        return forwarder.views().stream().collect(toMap(LaneView::destination, GatewayControls::health));
    }

    private static HealthView health(LaneView lane) {
        return new HealthView(
                lane.address(),
                lane.state().toString(),
                lane.since(),
                lane.why(),
                lane.usable(),
                lane.consecutiveFailures(),
                lane.inFlight(),
                lane.openAssociations(),
                lane.concurrency(),
                lane.maxAssociations(),
                lane.bytesPerSecond(),
                lane.delivered(),
                lane.retried(),
                lane.parked(),
                lane.lastDelivered(),
                lane.lastError(),
                lane.report()
                        .map(report -> new HealthView.ServerView(
                                report.version(), report.diskUsedBytes(), report.storedInstances(), report.error())),
                lane.nextAttempt(),
                lane.transforms(),
                lane.deidentifies());
    }

    /** Pauses first and writes the file afterwards: stopping the traffic is more urgent. */
    @Override
    public boolean pause(String destination, String why) {
        boolean known = forwarder.pause(destination, why);
        if (known) {
            paused.add(destination, why);
        }
        return known;
    }

    @Override
    public boolean resume(String destination) {
        paused.remove(destination);
        return forwarder.resume(destination);
    }

    @Override
    public VerificationView verify(Search which, boolean repair, boolean overwrite) {
        return view(verifier.begin(which, repair, overwrite, destinations().keySet()));
    }

    @Override
    public Optional<VerificationView> verification(long number) {
        return verifier.job(number).map(GatewayControls::view);
    }

    private static VerificationView view(VerifyJob job) {
        List<VerificationView.At> destinations = new ArrayList<>();
        job.parts()
                .forEach((name, part) -> destinations.add(new VerificationView.At(
                        name,
                        part.checked(),
                        part.states().getOrDefault(CopyState.VERIFIED, 0L),
                        part.states().getOrDefault(CopyState.MISSING, 0L),
                        part.states().getOrDefault(CopyState.DIFFERING, 0L),
                        part.states().getOrDefault(CopyState.UNVERIFIABLE, 0L),
                        part.notAsked(),
                        part.sentAgain(),
                        part.repaired(),
                        part.done(),
                        part.problem())));
        return new VerificationView(
                job.number(),
                job.isDone(),
                job.begun(),
                job.repairs(),
                destinations,
                job.items().stream()
                        .map(item -> new VerificationView.Item(
                                item.destination(),
                                item.study(),
                                item.sopInstance(),
                                item.state()
                                        .map(state -> state.name().toLowerCase(Locale.ROOT))
                                        .orElse("foreign"),
                                item.detail()))
                        .toList());
    }

    @Override
    public boolean tryNow(String destination) {
        return forwarder.tryNow(destination);
    }

    @Override
    public ReloadView reload() {
        return watcher.reload();
    }
}
