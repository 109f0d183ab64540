package org.dicomgateway.forward;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Settlement;

/** An outbox in memory that remembers how everything was settled, and insists that each claim is settled once. */
final class FakeOutbox implements Outbox {

    private record Entry(Claim claim, Instant due, boolean claimed) {}

    record Settled(Claim claim, Settlement settlement) {}

    private final InstantSource clock;
    private final Map<Long, Entry> pending = new LinkedHashMap<>();
    private final Map<Long, IOException> damaged = new HashMap<>();
    private final Map<Long, byte[]> contents = new HashMap<>();
    private final Map<Long, SentAs> sentAs = new HashMap<>();
    private final List<Integer> notedTogether = new ArrayList<>();
    private volatile CountDownLatch disk = new CountDownLatch(0);
    private final Set<Long> passedOn = new HashSet<>();
    private final Set<Long> putOff = new HashSet<>();
    private final List<Map<String, Instant>> hoursChanged = new ArrayList<>();
    private final List<Settled> settled = new ArrayList<>();
    private final Map<String, Runnable> listeners = new HashMap<>();
    private final Map<String, Coming> expecting = new HashMap<>();
    private final List<RuntimeException> claimFaults = new ArrayList<>();
    private final List<Integer> claimSizes = new ArrayList<>();
    private boolean otherVersionsSent;
    private int claims;
    private long nextId = 1;
    private long lastInstance;

    FakeOutbox(InstantSource clock) {
        this.clock = clock;
    }

    /** Plans deliveries, and rings. */
    void add(String destination, Instance... instances) {
        Runnable listener;
        synchronized (this) {
            for (Instance instance : instances) {
                Claim claim = new Claim(nextId++, instance, "route", 1, destination, 0);
                pending.put(claim.deliveryId(), new Entry(claim, clock.instant(), false));
            }
            listener = listeners.getOrDefault(destination, () -> {});
        }
        listener.run();
    }

    /** What nobody has claimed goes to another destination. */
    synchronized void takeAway() {
        pending.values().removeIf(entry -> !entry.claimed());
    }

    /** Says that there may be work. */
    void ring(String destination) {
        add(destination);
    }

    /** An id for an instance that a test makes. */
    synchronized long nextInstance() {
        return ++lastInstance;
    }

    /** What the dataset of an instance is; otherwise it is empty. */
    synchronized void content(Instance instance, byte[] dataset) {
        contents.put(instance.id(), dataset);
    }

    synchronized void damage(Instance instance, IOException how) {
        damaged.put(instance.id(), how);
    }

    synchronized void failNextClaim(RuntimeException fault) {
        claimFaults.add(fault);
    }

    @Override
    public synchronized List<Claim> claim(String destination, int max) {
        claims++;
        if (!claimFaults.isEmpty()) {
            throw claimFaults.remove(0);
        }
        List<Claim> claimed = pending.values().stream()
                .filter(entry -> !entry.claimed()
                        && entry.claim().destination().equals(destination)
                        && !entry.due().isAfter(clock.instant()))
                .sorted(Comparator.comparing(Entry::due))
                .limit(max)
                .map(Entry::claim)
                .toList();
        claimed.forEach(claim ->
                pending.computeIfPresent(claim.deliveryId(), (id, entry) -> new Entry(claim, entry.due(), true)));
        if (!claimed.isEmpty()) {
            claimSizes.add(claimed.size());
        }
        return claimed;
    }

    @Override
    public synchronized InputStream open(Claim claim) throws IOException {
        long id = claim.instance().id();
        return new FakeDataset(contents.getOrDefault(id, new byte[0]), Optional.ofNullable(damaged.get(id)));
    }

    @Override
    public synchronized void settle(Claim claim, Settlement settlement) {
        Entry entry = pending.get(claim.deliveryId());
        if (entry == null || !entry.claimed()) {
            throw new AssertionError("delivery " + claim.deliveryId() + " was not claimed: " + settlement);
        }
        settled.add(new Settled(claim, settlement));
        pending.remove(claim.deliveryId());
        putOff.remove(claim.deliveryId());
        if (settlement instanceof Settlement.Retry retry) {
            if (retry.equals(Settlement.Retry.untilOpen(claim.route(), retry.due()))) {
                putOff.add(claim.deliveryId());
            }
            pending.put(claim.deliveryId(), new Entry(counted(claim, retry), retry.due(), false));
        }
    }

    private static Claim counted(Claim claim, Settlement.Retry retry) {
        int attempts = claim.attempts() + (retry.counted() ? 1 : 0);
        return new Claim(
                claim.deliveryId(), claim.instance(), claim.route(), claim.copy(), claim.destination(), attempts);
    }

    /** Has deliveries of this instance go elsewhere when they are refused. */
    synchronized void passOn(Instance instance) {
        passedOn.add(instance.id());
    }

    @Override
    public synchronized boolean passesOn(Claim claim) {
        if (!pending.containsKey(claim.deliveryId())) {
            throw new AssertionError("asked too late");
        }
        return passedOn.contains(claim.instance().id());
    }

    /** Has these destinations have been sent another version of everything. */
    synchronized void otherVersionsSent() {
        otherVersionsSent = true;
    }

    private final Map<String, Instant> lastReceived = new HashMap<>();

    /** The last instance of this study arrives at this time. */
    synchronized void arrived(String study, Instant at) {
        lastReceived.put(study, at);
    }

    @Override
    public synchronized Optional<Instant> lastReceived(String study) {
        return Optional.ofNullable(lastReceived.get(study));
    }

    @Override
    public synchronized boolean explainsDuplicate(Claim claim) {
        boolean unanswered = settled.stream()
                .anyMatch(each -> each.claim().deliveryId() == claim.deliveryId()
                        && each.settlement().unanswered());
        return unanswered || !otherVersionsSent;
    }

    @Override
    public synchronized Optional<SentAs> sentAs(Claim claim) {
        return Optional.ofNullable(sentAs.get(claim.deliveryId()));
    }

    @Override
    public void noteSentUnchanged(Claim claim) {
        // Nothing is forgotten here.
    }

    @Override
    public synchronized Note noteSentAs(Map<Claim, SentAs> notes) {
        notes.forEach((claim, note) -> sentAs.put(claim.deliveryId(), note));
        notedTogether.add(notes.size());
        return this::awaitDisk;
    }

    private void awaitDisk() {
        try {
            if (!disk.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the disk was held too long");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("a lane must not interrupt its workers", e);
        }
    }

    /** From now on, no note becomes durable until the latch is counted down. */
    void slowDisk(CountDownLatch until) {
        disk = until;
    }

    /** How many notes were given together, each time. */
    synchronized List<Integer> notedTogether() {
        return List.copyOf(notedTogether);
    }

    /** The instances about which something is noted. */
    synchronized Set<Uid> noted() {
        return sentAs.values().stream().map(SentAs::sopInstance).collect(Collectors.toSet());
    }

    @Override
    public synchronized Note withdrawSentAs(Claim claim) {
        sentAs.remove(claim.deliveryId());
        return () -> {};
    }

    @Override
    public void reconsider(String destination) {
        // Here every delivery belongs to its destination.
    }

    @Override
    public synchronized void hoursChanged(Map<String, Instant> openings) {
        hoursChanged.add(openings);
        pending.replaceAll((id, entry) -> putOff.contains(id)
                ? new Entry(
                        entry.claim(), openings.getOrDefault(entry.claim().route(), clock.instant()), entry.claimed())
                : entry);
    }

    synchronized List<Map<String, Instant>> hoursChanged() {
        return List.copyOf(hoursChanged);
    }

    @Override
    public synchronized void onWork(String destination, Runnable wakeUp) {
        listeners.put(destination, wakeUp);
    }

    @Override
    public synchronized void onComing(String destination, Coming coming) {
        expecting.put(destination, coming);
    }

    /** Says that an instance is about to become due. */
    void announce(String destination, Instance instance) {
        Coming coming;
        synchronized (this) {
            coming = expecting.getOrDefault(destination, (any, route) -> {});
        }
        coming.comes(instance, "route");
    }

    synchronized List<Settled> settled() {
        return List.copyOf(settled);
    }

    synchronized List<Settlement> settlementsOf(Instance instance) {
        return settled.stream()
                .filter(each -> each.claim().instance().equals(instance))
                .map(Settled::settlement)
                .toList();
    }

    synchronized List<Instance> delivered() {
        return settled.stream()
                .filter(each -> each.settlement() instanceof Settlement.Delivered)
                .map(each -> each.claim().instance())
                .toList();
    }

    synchronized long inHands() {
        return pending.values().stream().filter(Entry::claimed).count();
    }

    synchronized int pending() {
        return pending.size();
    }

    /** How often a claim was asked for. */
    synchronized int claims() {
        return claims;
    }

    /** Sizes of the claims that were not empty. */
    synchronized List<Integer> claimSizes() {
        return List.copyOf(claimSizes);
    }

    /** Bytes, or a fault in place of them. */
    private static final class FakeDataset extends InputStream {

        private final ByteArrayInputStream bytes;
        private final Optional<IOException> fault;

        FakeDataset(byte[] bytes, Optional<IOException> fault) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.fault = fault;
        }

        @Override
        public int read() throws IOException {
            check();
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int offset, int max) throws IOException {
            check();
            return bytes.read(into, offset, max);
        }

        private void check() throws IOException {
            if (fault.isPresent()) {
                throw fault.get();
            }
        }
    }
}
