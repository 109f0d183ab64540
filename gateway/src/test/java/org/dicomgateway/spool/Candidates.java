package org.dicomgateway.spool;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A chooser of tests: where it went last, or else the first candidate that can be used. Routes whose name begins with
 * {@code sticky} keep studies together.
 */
public final class Candidates implements Chooser {

    /** All can be used. */
    public static final Chooser FIRST = new Candidates();

    private final Set<String> downForRoute = ConcurrentHashMap.newKeySet();
    private final Set<String> down = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean broken;

    @Override
    public String affinityKey(String route, Instance instance) {
        return route.startsWith("sticky") ? instance.studyInstanceUid() : "";
    }

    @Override
    public Optional<String> choose(Choice choice) {
        asked.incrementAndGet();
        if (broken) {
            throw new IllegalStateException("a chooser that is broken");
        }
        return choice.last()
                .filter(last -> choice.candidates().contains(last) && free(last, choice))
                .or(() -> choice.candidates().stream()
                        .filter(name -> free(name, choice))
                        .findFirst());
    }

    private boolean free(String name, Choice choice) {
        return !down.contains(name)
                && !downForRoute.contains(choice.route() + "/" + name)
                && !choice.taken().contains(name);
    }

    public Candidates down(String... names) {
        down.addAll(Set.of(names));
        return this;
    }

    /** The deliveries of one route cannot use it; others can. */
    Candidates downFor(String route, String name) {
        downForRoute.add(route + "/" + name);
        return this;
    }

    public Candidates up(String... names) {
        down.removeAll(Set.of(names));
        return this;
    }

    public void isBroken(boolean isIt) {
        broken = isIt;
    }

    public int asked() {
        return asked.get();
    }
}
