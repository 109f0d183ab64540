package org.dicomgateway.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolView;

/** Books of {@code a} and of a destination that is gone, and a list of what was asked for. */
public final class FakeSpoolView implements SpoolView {

    public final List<String> asked = new ArrayList<>();
    /** The one condition that finds studies; empty: each does. */
    public String studiesOnlyBy = "";

    public long diskFree = 5_000_000;
    /** How many deliveries an action is about, at most. */
    public long counted = Long.MAX_VALUE;

    @Override
    public Map<String, Books> books() {
        return Map.of("a", new Books(10, 7, 2, 1, 0, 0, 2048), "gone", new Books(5, 1, 0, 0, 4, 0, 0));
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
        return Math.min(counted, 1);
    }

    @Override
    public long reroute(String from, String to) {
        asked.add("reroute " + from + " " + to);
        return Math.min(counted, 4);
    }

    @Override
    public long discard(Selection selection, String reason) {
        asked.add("discard " + selection + " " + reason);
        return Math.min(counted, 2);
    }

    @Override
    public List<SetAsideFile> setAside() {
        return List.of();
    }

    @Override
    public Instance takeIn(long number) {
        throw new NoSuchElementException("nothing is set aside");
    }

    @Override
    public void discardSetAside(long number) {
        throw new NoSuchElementException("nothing is set aside");
    }

    @Override
    public Vitals vitals() {
        return new Vitals(diskFree, 9_000_000, 1_000_000, 3, 0, 0, Optional.empty());
    }

    @Override
    public Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
        asked.add("instances " + search + " after " + after.orElse("-") + " limit " + limit);
        return new Page<>(List.of(Found.instance()), Optional.of("1-1-0"));
    }

    @Override
    public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
        asked.add("deliveries " + search + " after " + after.orElse("-") + " limit " + limit);
        return new Page<>(Found.instance().deliveries(), Optional.empty());
    }

    @Override
    public Page<FoundStudy> studies(Search search, Optional<String> after, int limit) {
        asked.add("studies " + search + " after " + after.orElse("-") + " limit " + limit);
        boolean found = studiesOnlyBy.isEmpty()
                || (studiesOnlyBy.equals("instance") && !search.instance().isEmpty());
        return new Page<>(found ? List.of(Found.study()) : List.of(), Optional.empty());
    }

    @Override
    public Optional<Story> story(long instanceId) {
        return instanceId == Found.instance().instance().id() ? Optional.of(Found.story()) : Optional.empty();
    }

    @Override
    public Map<String, Instant> oldestWaiting() {
        return Map.of("a", FakeControls.NOW.minusSeconds(90));
    }

    @Override
    public long replan(Planner planner) {
        return 0;
    }
}
