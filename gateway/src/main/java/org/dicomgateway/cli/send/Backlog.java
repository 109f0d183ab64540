package org.dicomgateway.cli.send;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.dicomgateway.dicom.values.PresentationPair;

/** What is still to be sent. For any number of threads. */
final class Backlog {

    /** A file, and how often it was sent already. */
    record Item(DicomFile file, int attempts) {

        Item attempted() {
            return new Item(file, attempts + 1);
        }
    }

    private record Later(Item item, Instant due) {}

    private final InstantSource clock;
    private final Map<PresentationPair, Set<PresentationPair>> proposals = new HashMap<>();
    private final Deque<Item> fresh = new ArrayDeque<>();
    private final Queue<Later> later = new PriorityQueue<>(Comparator.comparing(Later::due));

    Backlog(List<DicomFile> files, InstantSource clock) {
        this.clock = clock;
        List<Set<PresentationPair>> groups = new ArrayList<>();
        for (DicomFile file : files) {
            proposals.computeIfAbsent(file.pair(), pair -> {
                if (groups.isEmpty() || groups.get(groups.size() - 1).size() == PresentationPair.MAX_PER_ASSOCIATION) {
                    groups.add(new LinkedHashSet<>());
                }
                Set<PresentationPair> group = groups.get(groups.size() - 1);
                group.add(pair);
                return group;
            });
        }
        // An association proposes 128 pairs at most: what one can send comes together.
        for (Set<PresentationPair> group : groups) {
            files.stream().filter(file -> group.contains(file.pair())).forEach(file -> fresh.add(new Item(file, 0)));
        }
    }

    /** All that an association should propose which is opened to send this pair. */
    Set<PresentationPair> proposalFor(PresentationPair pair) {
        Set<PresentationPair> proposal = proposals.get(pair);
        if (proposal == null) {
            throw new IllegalArgumentException("no file is of " + pair);
        }
        return proposal;
    }

    /** The next one that is due; empty when there is none now. */
    synchronized Optional<Item> next() {
        Later first = later.peek();
        if (first != null && !first.due().isAfter(clock.instant())) {
            later.remove();
            return Optional.of(first.item());
        }
        return Optional.ofNullable(fresh.poll());
    }

    /** How long until something is due; empty when nothing is left. */
    synchronized Optional<Duration> untilDue() {
        if (!fresh.isEmpty()) {
            return Optional.of(Duration.ZERO);
        }
        Later first = later.peek();
        if (first == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(clock.instant(), first.due());
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
    }

    /** To be sent next: it was taken, and nothing was tried with it. */
    synchronized void putBack(Item item) {
        fresh.addFirst(item);
    }

    /** To be sent again after a while. */
    synchronized void postpone(Item item, Duration delay) {
        later.add(new Later(item, clock.instant().plus(delay)));
    }

    /** Everything that is left, which is none after this. */
    synchronized List<Item> drain() {
        List<Item> all = new ArrayList<>(fresh);
        later.forEach(one -> all.add(one.item()));
        fresh.clear();
        later.clear();
        return all;
    }
}
