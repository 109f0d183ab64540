package org.dicomgateway.verify;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RateLimiter;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.Checked;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the copies of one destination, in a thread of its own: first what operators ask for, then what is due. It
 * checks one copy at a time, study by study, no faster than {@code verify.max-rate}, and takes turns with deliveries.
 * When the destination does not answer, its due checks wait.
 */
final class DestinationVerifier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationVerifier.class);

    private static final int AT_ONCE = 500;
    private static final int PAGE = 200;
    private static final int NOTED_AT_ONCE = 100;
    private static final int MOST_FOREIGN = 1000;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    /** While instances are sent to the destination, a check is followed by a pause of this many times its duration. */
    private static final int PAUSES = 4;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    /** A request waits for what it sent again as long as something of it arrives within this time. */
    private static final Duration DELIVERY_LIMIT = Duration.ofMinutes(1);

    private static final Duration DELIVERY_LOOK = Duration.ofMillis(200);

    private final DestinationSettings settings;
    private final Archive archive;
    private final Copies copies;
    private final SpoolSearch search;
    private final Repair repair;
    private final Predicate<String> busy;
    private final InstantSource clock;
    private final RateLimiter rate;
    private final BlockingQueue<VerifyJob> jobs = new LinkedBlockingQueue<>();
    private final LongLived thread;
    private volatile boolean closed;
    private Instant notBefore = Instant.MIN;
    private boolean failing;

    /** The results that are not in the ledger yet. */
    private final List<Checked> results = new ArrayList<>();
    /** What the destination has, by study. Only for one round: it changes. */
    private final Map<String, Listed> held = new HashMap<>();
    /** What the last question without an answer was about. */
    private List<Long> unanswered = List.of();

    /** @param at not later than the question */
    private record Listed(Holdings holdings, Instant at) {}

    DestinationVerifier(
            DestinationSettings settings,
            Archive archive,
            Copies copies,
            SpoolSearch search,
            Function<String, Optional<Archive>> others,
            Predicate<String> busy,
            InstantSource clock) {
        this.settings = settings;
        this.archive = archive;
        this.copies = copies;
        this.search = search;
        this.repair = new Repair(copies, others);
        this.busy = busy;
        this.clock = clock;
        this.rate = new RateLimiter(settings.verify().maxRate(), clock);
        this.thread = LongLived.daemon("verify-" + settings.name(), this::run);
        thread.start();
    }

    LongLived thread() {
        return thread;
    }

    DestinationSettings settings() {
        return settings;
    }

    Archive archive() {
        return archive;
    }

    void add(VerifyJob job) {
        jobs.add(job);
    }

    private void run() {
        while (!closed) {
            try {
                VerifyJob job = jobs.poll(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
                if (job != null) {
                    work(job);
                } else if (settings.verify().isOn() && !clock.instant().isBefore(notBefore)) {
                    checkDue();
                }
            } catch (InterruptedException e) {
                if (!closed) {
                    LOG.warn("{} was interrupted unexpectedly and continues", thread.getName());
                }
            } catch (IOException | RuntimeException e) {
                failed(e);
            } finally {
                held.clear();
            }
        }
        jobs.forEach(job -> job.done(settings.name(), "the gateway stopped, or the rules changed"));
    }

    private void failed(Exception e) {
        try {
            note();
        } catch (RuntimeException alsoFailed) {
            results.clear();
            e.addSuppressed(alsoFailed);
        }
        notBefore = clock.instant().plus(AFTER_FAILURE);
        if (!failing && !closed) {
            LOG.warn(
                    "the copies at {} cannot be checked; next try in {} s: {}",
                    settings.name(),
                    AFTER_FAILURE.toSeconds(),
                    e instanceof IOException || e instanceof SearchException ? e.getMessage() : e,
                    e instanceof IOException || e instanceof SearchException ? null : e);
        }
        failing = true;
    }

    private void checkDue() throws IOException, InterruptedException {
        List<Copy> due = copies.due(settings.name(), clock.instant(), AT_ONCE);
        while (!due.isEmpty() && !closed && jobs.isEmpty()) {
            checkOrPostpone(due);
            note();
            failing = false;
            held.clear();
            Thread.sleep(DELIVERY_LOOK.toMillis()); // until the ledger has the results
            due = copies.due(settings.name(), clock.instant(), AT_ONCE);
        }
    }

    private void checkOrPostpone(List<Copy> due) throws IOException, InterruptedException {
        try {
            check(due, DestinationVerifier::tell);
        } catch (IOException | RuntimeException e) {
            // It may break off each time. The others are due before it now.
            copies.postpone(unanswered, clock.instant().plus(AFTER_FAILURE));
            throw e;
        }
    }

    private static void tell(Copy copy, Finding finding) {
        if (finding.state() == CopyState.MISSING || finding.state() == CopyState.DIFFERING) {
            LOG.warn(
                    "{} is {} at {}: {}{}",
                    copy.instance().sopInstance(),
                    finding.state().name().toLowerCase(Locale.ROOT),
                    copy.destination(),
                    finding.detail(),
                    advice(copy.instance().studyInstanceUid()));
        }
    }

    /** A command to copy, so nothing of a dataset is in it that is no UID. */
    private static String advice(String study) {
        return Uid.isValid(study) ? "; scripts/gateway verify --study " + study + " --repair" : "";
    }

    /** Takes a finding. */
    private interface Taker {
        void take(Copy copy, Finding finding) throws IOException;
    }

    /** Checks copies, study by study, and notes the results. */
    private void check(List<Copy> all, Taker taker) throws IOException, InterruptedException {
        Map<String, List<Copy>> studies = all.stream()
                .collect(Collectors.groupingBy(
                        copy -> copy.instance().studyInstanceUid(), LinkedHashMap::new, Collectors.toList()));
        for (List<Copy> study : studies.values()) {
            unanswered = study.stream().map(Copy::deliveryId).toList();
            for (Copy copy : study) {
                if (closed) {
                    throw new InterruptedException("the verifier is closed");
                }
                Finding finding = check(copy);
                taker.take(copy, finding);
            }
        }
    }

    private Finding check(Copy copy) throws IOException, InterruptedException {
        if (copy.replaced()) {
            Finding replaced = Finding.replaced();
            add(copy, replaced, clock.instant());
            return replaced;
        }
        pace(copy);
        long begin = System.nanoTime();
        Listed listed = held(copy);
        unanswered = List.of(copy.deliveryId());
        Optional<String> name = listed.holdings.name(copy.instance().sopInstance());
        Instant asked = name.isEmpty() || level() == Level.PRESENCE ? listed.at : clock.instant();
        Finding finding =
                name.isEmpty() ? Finding.missing("the list of the study") : archive.check(copy, name.get(), level());
        add(copy, finding, asked);
        giveWay(System.nanoTime() - begin);
        return finding;
    }

    private Listed held(Copy copy) throws IOException {
        String study = copy.instance().studyInstanceUid();
        String key = study.isEmpty() ? copy.instance().sopInstance().value() : study;
        @Nullable Listed known = held.get(key);
        if (known == null) {
            Instant at = clock.instant();
            known = new Listed(archive.study(copy), at);
            held.put(key, known);
        }
        return known;
    }

    private Level level() {
        Level level = settings.verify().level();
        return level == Level.NONE ? Level.CONTENT : level;
    }

    private void pace(Copy copy) throws InterruptedException {
        for (Duration wait = rate.go(copy.instance().datasetLength());
                !wait.isZero() && !closed;
                wait = rate.go(copy.instance().datasetLength())) {
            Thread.sleep(wait.toMillis());
        }
    }

    private void giveWay(long nanos) throws InterruptedException {
        if (busy.test(settings.name())) {
            Thread.sleep(Math.min(LONGEST_PAUSE.toMillis(), TimeUnit.NANOSECONDS.toMillis(PAUSES * nanos)));
        }
    }

    /** @param asked when the destination was asked: what happens there later, the finding does not know */
    private void add(Copy copy, Finding finding, Instant asked) {
        VerifySettings verify = settings.verify();
        results.add(new Checked(
                copy.deliveryId(),
                finding.state(),
                asked,
                finding.how(),
                finding.detail(),
                finding.md5(),
                verify.isOn() && !copy.replaced() ? verify.again().map(clock.instant()::plus) : Optional.empty()));
        if (results.size() >= NOTED_AT_ONCE) {
            note();
        }
    }

    private void note() {
        if (!results.isEmpty()) {
            copies.checked(List.copyOf(results));
            results.clear();
        }
    }

    private void work(VerifyJob job) throws InterruptedException {
        String problem = "";
        try {
            Map<Long, CopyState> again = new LinkedHashMap<>();
            checkFound(job, again);
            if (!job.search().study().isEmpty()) {
                listForeign(job);
            }
            problem = awaitRepaired(job, again);
        } catch (IOException | SearchException e) {
            problem = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("request {} to verify {} failed", job.number(), settings.name(), e);
            problem = "a fault of the gateway: " + e;
        } catch (InterruptedException e) {
            problem = "the gateway stopped, or the rules changed";
            throw e;
        } finally {
            note();
            job.done(settings.name(), problem);
        }
    }

    private void checkFound(VerifyJob job, Map<Long, CopyState> again) throws IOException, InterruptedException {
        Optional<String> next = Optional.empty();
        do {
            // What a server holds changes meanwhile, and a long request must not keep all of it.
            held.clear();
            SpoolSearch.Page<SpoolSearch.FoundDelivery> page =
                    search.deliveries(job.search().at(settings.name()), next, PAGE);
            List<Long> ids =
                    page.items().stream().map(SpoolSearch.FoundDelivery::id).toList();
            check(copies.copies(ids), (copy, finding) -> {
                boolean differs = finding.state() == CopyState.DIFFERING || finding.undecided();
                boolean wanted = finding.state() == CopyState.MISSING || (differs && job.overwrites());
                if (!job.repairs() || !wanted) {
                    job.found(copy, finding);
                    return;
                }
                note();
                Optional<String> refused = repair.sendAgain(copy, finding);
                job.found(copy, refused.map(why -> finding.with("not sent again: " + why)).orElse(finding));
                if (refused.isEmpty()) {
                    job.sentAgain(copy);
                    again.put(copy.deliveryId(), finding.state());
                }
            });
            next = page.next();
        } while (next.isPresent());
        note();
    }

    /** Checks again what was sent again, as soon as it is delivered. Returns why not all of it was checked, or "". */
    private String awaitRepaired(VerifyJob job, Map<Long, CopyState> again) throws IOException, InterruptedException {
        long arrived = System.nanoTime();
        while (!again.isEmpty() && System.nanoTime() - arrived < DELIVERY_LIMIT.toNanos()) {
            held.clear();
            List<Copy> there = copies
                    .copies(again.keySet().stream().limit(AT_ONCE).toList())
                    .stream()
                    // What an operator has moved meanwhile is not a copy of this server any more.
                    .filter(copy -> copy.destination().equals(settings.name()))
                    .toList();
            check(there, (copy, finding) -> {
                @Nullable CopyState before = again.remove(copy.deliveryId());
                if (before != null) {
                    job.foundAgain(copy, before, finding);
                }
            });
            note();
            if (there.isEmpty()) {
                Thread.sleep(DELIVERY_LOOK.toMillis());
            } else {
                arrived = System.nanoTime();
            }
        }
        return again.isEmpty() ? "" : again.size() + " that were sent again wait, or were parked";
    }

    /** Lists what the destination has of the study although no delivery brought it there. */
    private void listForeign(VerifyJob job) throws IOException {
        String study = job.search().study();
        @Nullable Listed known = held.get(study);
        Holdings theirs = known == null ? heldOfSentElsewhere(job) : known.holdings;
        Set<Uid> some = theirs.names().keySet().stream().limit(MOST_FOREIGN).collect(Collectors.toSet());
        for (Uid sopInstance : some) {
            Search sent = Search.ALL.ofInstance(sopInstance.value()).at(settings.name());
            if (search.instances(sent, Optional.empty(), 1).items().isEmpty()) {
                job.notOurs(settings.name(), study, sopInstance.value());
            }
        }
    }

    /** No copy of the study was asked for here. One that was sent elsewhere says as well what to ask for. */
    private Holdings heldOfSentElsewhere(VerifyJob job) throws IOException {
        List<Long> ids = search.deliveries(job.search().at(""), Optional.empty(), PAGE).items().stream()
                .map(SpoolSearch.FoundDelivery::id)
                .toList();
        List<Copy> sent = copies.copies(ids);
        return sent.isEmpty() ? Holdings.unlisted() : archive.study(sent.get(0));
    }

    /** Ends the thread; a question that is being answered is broken off. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
