package org.dicomgateway.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Search;

/**
 * An operator's request to check copies, and how far it got. In memory only: after a restart, the results are in the
 * ledger, and the rest of the request is forgotten. For any number of threads.
 */
public final class VerifyJob {

    /** As many findings are listed; all are counted. */
    private static final int MOST_LISTED = 1000;

    private final long number;
    private final Search search;
    private final boolean repair;
    private final boolean overwrite;
    private final Instant begun;
    private final Map<String, Part> parts = new ConcurrentHashMap<>();
    private final List<Item> items = new ArrayList<>();

    /**
     * A copy that is not verified, or an instance that the gateway did not send.
     *
     * @param state the state of the copy; empty when a server has an instance of the study that was never sent there
     */
    public record Item(
            String destination, String study, String sopInstance, Optional<CopyState> state, String detail) {}

    /**
     * How far it got at one destination.
     *
     * @param checked copies
     * @param states the states that were found; of repaired copies, the last one
     * @param notAsked copies that nothing was found about, because the destination could not be asked
     * @param sentAgain copies that were made pending again
     * @param repaired of these, the ones that were verified afterwards
     * @param done whether nothing more happens there
     * @param problem why not everything was done, or empty
     */
    public record Part(
            long checked,
            Map<CopyState, Long> states,
            long notAsked,
            long sentAgain,
            long repaired,
            boolean done,
            String problem) {

        static final Part BEGUN = new Part(0, Map.of(), 0, 0, 0, false, "");

        /** Copies the map. */
        public Part {
            states = Map.copyOf(states);
        }

        private Part with(CopyState state, long more) {
            Map<CopyState, Long> all = new EnumMap<>(CopyState.class);
            all.putAll(states);
            all.merge(state, more, Long::sum);
            return new Part(checked, all, notAsked, sentAgain, repaired, done, problem);
        }
    }

    VerifyJob(long number, Search search, boolean repair, boolean overwrite, Instant begun) {
        this.number = number;
        this.search = search;
        this.repair = repair;
        this.overwrite = overwrite;
        this.begun = begun;
    }

    public long number() {
        return number;
    }

    public Instant begun() {
        return begun;
    }

    Search search() {
        return search;
    }

    /** Whether what is missing is sent again. */
    public boolean repairs() {
        return repair;
    }

    /** Whether what differs is sent again, too. */
    boolean overwrites() {
        return overwrite;
    }

    void begin(String destination) {
        parts.put(destination, Part.BEGUN);
    }

    void found(Copy copy, Finding finding) {
        if (finding.state() == CopyState.REPLACED) {
            return; // The destination need not hold it.
        }
        parts.computeIfPresent(copy.destination(), (name, part) -> {
            Part counted = part.with(finding.state(), 1);
            return new Part(
                    part.checked + 1,
                    counted.states,
                    part.notAsked,
                    part.sentAgain,
                    part.repaired,
                    part.done,
                    part.problem);
        });
        if (finding.state() != CopyState.VERIFIED) {
            list(item(copy, finding));
        }
    }

    /** Nothing was found about a copy, because its destination could not be asked. */
    void notAsked(Copy copy) {
        parts.computeIfPresent(
                copy.destination(),
                (name, part) -> new Part(
                        part.checked,
                        part.states,
                        part.notAsked + 1,
                        part.sentAgain,
                        part.repaired,
                        part.done,
                        part.problem));
    }

    /** How many copies nothing was found about. */
    long notAsked(String destination) {
        return parts.getOrDefault(destination, Part.BEGUN).notAsked;
    }

    private static Item item(Copy copy, Finding finding) {
        return new Item(
                copy.destination(),
                copy.instance().studyInstanceUid(),
                copy.instance().sopInstance().value(),
                Optional.of(finding.state()),
                finding.detail());
    }

    void sentAgain(Copy copy) {
        parts.computeIfPresent(
                copy.destination(),
                (name, part) -> new Part(
                        part.checked,
                        part.states,
                        part.notAsked,
                        part.sentAgain + 1,
                        part.repaired,
                        part.done,
                        part.problem));
    }

    /** A copy that was sent again is checked again. */
    void foundAgain(Copy copy, CopyState before, Finding finding) {
        boolean good = finding.state() == CopyState.VERIFIED;
        parts.computeIfPresent(copy.destination(), (name, part) -> {
            Part counted = part.with(before, -1).with(finding.state(), 1);
            return new Part(
                    part.checked,
                    counted.states,
                    part.notAsked,
                    part.sentAgain,
                    part.repaired + (good ? 1 : 0),
                    part.done,
                    part.problem);
        });
        synchronized (items) {
            items.removeIf(item -> item.destination.equals(copy.destination())
                    && item.sopInstance.equals(copy.instance().sopInstance().value()));
        }
        if (!good && finding.state() != CopyState.REPLACED) {
            list(item(copy, finding));
        }
    }

    void notOurs(String destination, String study, String sopInstance) {
        list(new Item(destination, study, sopInstance, Optional.empty(), "no rule sent it there"));
    }

    private void list(Item item) {
        synchronized (items) {
            if (items.size() < MOST_LISTED) {
                items.add(item);
            }
        }
    }

    void done(String destination, String problem) {
        parts.compute(destination, (name, known) -> {
            Part part = known == null ? Part.BEGUN : known;
            return new Part(part.checked, part.states, part.notAsked, part.sentAgain, part.repaired, true, problem);
        });
    }

    /** How far it got, by destination. */
    public Map<String, Part> parts() {
        return new TreeMap<>(parts);
    }

    /** What is not verified, and what the gateway did not send; their number is limited. */
    public List<Item> items() {
        synchronized (items) {
            return List.copyOf(items);
        }
    }

    /** Whether nothing more happens. */
    public boolean isDone() {
        return parts.values().stream().allMatch(Part::done);
    }
}
