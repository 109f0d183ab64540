package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.server.Controls;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.security.TlsContexts;

/** Lets operators see and control the stages. */
record GatewayControls(
        Supplier<ProcessView> running,
        Supplier<ReceiverView> receiving,
        TlsContexts tls,
        RejectedSenders rejectedSenders,
        PausableIntake intake,
        Forwarder forwarder,
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
    public ReceiverView receiver() {
        return receiving.get();
    }

    @Override
    public void pauseReceiver(String why) {
        intake.pause(why);
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
                lane.peer().toString(),
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
                lane.nextAttempt());
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
    public boolean tryNow(String destination) {
        return forwarder.tryNow(destination);
    }

    @Override
    public ReloadView reload() {
        return watcher.reload();
    }
}
