package org.dicomgateway.observe;

/** What the stages report is kept and counted here, from its creation until it is closed. */
public final class Telemetry implements AutoCloseable {

    private final Traffic traffic = new Traffic();
    private final RecentEvents recent = new RecentEvents();
    private final Metrics metrics = new Metrics();
    private final ForwardLog forwardLog = new ForwardLog(traffic.andThen(recent).andThen(metrics));

    /** The forward log, whose events are counted here. */
    public ForwardLog forwardLog() {
        return forwardLog;
    }

    /** For the measurements of the stages. */
    public StageTimes stageTimes() {
        return metrics;
    }

    public Traffic traffic() {
        return traffic;
    }

    public RecentEvents recent() {
        return recent;
    }

    public Metrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        metrics.close();
    }
}
