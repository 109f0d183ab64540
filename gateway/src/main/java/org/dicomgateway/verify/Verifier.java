package org.dicomgateway.verify;

import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch;

/** Checks the copies of all destinations that can be asked. Safe for any number of threads. */
public final class Verifier implements AutoCloseable {

    private static final int REMEMBERED = 20;

    private final Copies copies;
    private final SpoolSearch search;
    private final Function<DestinationSettings, Optional<Archive>> archives;
    private final Predicate<String> busy;
    private final InstantSource clock;
    private final Map<String, DestinationVerifier> verifiers = new ConcurrentHashMap<>();
    private final Map<Long, VerifyJob> jobs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, VerifyJob> eldest) {
            return size() > REMEMBERED;
        }
    };
    private long lastJob;

    /**
     * Checks nothing before {@link #follow}.
     *
     * @param archives what can be asked of a destination
     * @param busy whether instances are being sent to a destination now
     */
    public Verifier(
            Copies copies,
            SpoolSearch search,
            Function<DestinationSettings, Optional<Archive>> archives,
            Predicate<String> busy,
            InstantSource clock) {
        this.copies = copies;
        this.search = search;
        this.archives = archives;
        this.busy = busy;
        this.clock = clock;
    }

    /** Sets the destinations that exist. */
    public synchronized void follow(Collection<DestinationSettings> destinations) {
        Map<String, DestinationSettings> wanted = new TreeMap<>();
        destinations.forEach(each -> wanted.put(each.name(), each));
        copies.checkAfter(name -> Optional.ofNullable(wanted.get(name))
                .map(DestinationSettings::verify)
                .filter(verify -> verify.isOn())
                .map(verify -> verify.due()));
        verifiers.forEach((name, verifier) -> {
            if (!verifier.settings().equals(wanted.get(name))) {
                verifier.close();
                verifiers.remove(name);
            }
        });
        wanted.forEach((name, settings) -> {
            if (!verifiers.containsKey(name)) {
                archives.apply(settings)
                        .ifPresent(archive -> verifiers.put(
                                name,
                                new DestinationVerifier(
                                        settings, archive, copies, search, this::archive, busy, clock)));
            }
        });
    }

    private Optional<Archive> archive(String destination) {
        return Optional.ofNullable(verifiers.get(destination)).map(DestinationVerifier::archive);
    }

    /**
     * Begins to check the delivered copies that match. Returns at once.
     *
     * @param which which ones; a destination among its criteria is the only one that is checked
     * @param repair whether what is missing is sent again
     * @param overwrite whether what differs is sent again, too
     * @param destinations the destinations that exist
     */
    public synchronized VerifyJob begin(
            Search which, boolean repair, boolean overwrite, Collection<String> destinations) {
        VerifyJob job = new VerifyJob(++lastJob, which, repair, overwrite, clock.instant());
        jobs.put(job.number(), job);
        List<String> wanted = destinations.stream()
                .filter(name ->
                        which.destination().isEmpty() || which.destination().equals(name))
                .toList();
        wanted.forEach(job::begin);
        for (String name : wanted) {
            Optional<DestinationVerifier> verifier = Optional.ofNullable(verifiers.get(name));
            verifier.ifPresentOrElse(
                    each -> each.add(job),
                    () -> job.done(
                            name,
                            "there is no way to verify: it has no rest and no dicomweb, and verify.level is none"));
        }
        return job;
    }

    /**
     * Sends a copy again that its destination was found not to have: from the bytes that the spool keeps, or from
     * another destination. Returns whether it does.
     *
     * @param how by what means it was found
     */
    public boolean sendAgain(long deliveryId, String how) {
        Repair repair = new Repair(copies, this::archive);
        return copies.copies(List.of(deliveryId)).stream()
                .anyMatch(missing ->
                        repair.sendAgain(missing, Finding.missing(how)).isEmpty());
    }

    /** A request; empty when there is none with this number, or it is no longer remembered. */
    public synchronized Optional<VerifyJob> job(long number) {
        return Optional.ofNullable(jobs.get(number));
    }

    /** The threads that must run until this is closed. */
    public List<LongLived> threads() {
        return verifiers.values().stream().map(DestinationVerifier::thread).toList();
    }

    /** Ends all threads. What is not checked is due at the next start. */
    @Override
    public synchronized void close() {
        verifiers.values().forEach(DestinationVerifier::close);
        verifiers.clear();
    }
}
