package org.dicomgateway.admin;

import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.RecentEvents;
import org.dicomgateway.observe.Traffic;

/** What is remembered of the forward log for operators to look at, from when it is made until it is closed. */
final class Observed implements AutoCloseable {

    private final Traffic traffic = new Traffic();
    private final RecentEvents recent = new RecentEvents();
    private final Runnable end = ForwardLog.listen(traffic.andThen(recent));

    Traffic traffic() {
        return traffic;
    }

    RecentEvents recent() {
        return recent;
    }

    @Override
    public void close() {
        end.run();
    }
}
