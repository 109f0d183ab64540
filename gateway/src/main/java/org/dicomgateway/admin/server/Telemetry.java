package org.dicomgateway.admin.server;

import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.Metrics;
import org.dicomgateway.observe.RecentEvents;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.observe.Traffic;

/** Keeps and counts the events that the stages report, from its creation until it is closed. */
final class Telemetry implements AutoCloseable {

    private final Traffic traffic = new Traffic();
    private final RecentEvents recent = new RecentEvents();
    private final Metrics metrics = new Metrics();
    private final Runnable endOfEvents =
            ForwardLog.listen(traffic.andThen(recent).andThen(metrics));
    private final Runnable endOfTimes = StageTimes.listen(metrics);

    Traffic traffic() {
        return traffic;
    }

    RecentEvents recent() {
        return recent;
    }

    Metrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        endOfEvents.run();
        endOfTimes.run();
        metrics.close();
    }
}
