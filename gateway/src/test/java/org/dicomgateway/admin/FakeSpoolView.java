package org.dicomgateway.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.SpoolView;

/** Books of {@code a} and of a destination that is gone, and a list of what was asked for. */
public final class FakeSpoolView implements SpoolView {

    public final List<String> asked = new ArrayList<>();

    @Override
    public Map<String, Books> books() {
        return Map.of("a", new Books(10, 7, 2, 1, 0, 2048), "gone", new Books(5, 1, 0, 0, 4, 0));
    }

    @Override
    public long unrouted() {
        return 3;
    }

    @Override
    public long unassigned() {
        return 6;
    }

    @Override
    public long retry(Selection selection) {
        asked.add("retry " + selection);
        return 1;
    }

    @Override
    public long reroute(String from, String to) {
        asked.add("reroute " + from + " " + to);
        return 4;
    }

    @Override
    public long replan(Planner planner) {
        return 0;
    }
}
