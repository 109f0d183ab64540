package org.dicomgateway.verify;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the copies of one destination, in a thread of its own: first what operators ask for, then what is due. It
 * checks one copy at a time, study by study. When the destination does not answer, its due checks wait.
 */
final class DestinationVerifier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationVerifier.class);

    private static final int AT_ONCE = 500;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration DELIVERY_LIMIT = Duration.ofMinutes(1);
    private static final Duration LEDGER_DELAY = Duration.ofMillis(200);

    private final DestinationSettings settings;
    private final Archive archive;
    private final Copies copies;
    private final SpoolSearch search;
    private final Repair repair;
    private final CopyChecks checks;
    private final InstantSource clock;
    private final BlockingQueue<VerifyJob> jobs = new LinkedBlockingQueue<>();
    private final LongLived thread;
    private volatile boolean closed;
    private Instant notBefore = Instant.MIN;
    private boolean failing;

    /** What the last question without an answer was about. */
    private List<Long> unanswered = List.of();

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
        this.checks = new CopyChecks(settings, archive, copies, busy, clock);
        this.clock = clock;
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
                    new RequestedChecks(
                                    job,
                                    settings.name(),
                                    archive,
                                    checks,
                                    copies,
                                    search,
                                    repair,
                                    DELIVERY_LIMIT,
                                    () -> closed)
                            .work();
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
                checks.forget();
            }
        }
        jobs.forEach(job -> job.done(settings.name(), "the gateway stopped, or the rules changed"));
    }

    private void failed(Exception e) {
        try {
            checks.note();
        } catch (RuntimeException alsoFailed) {
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
            checks.note();
            failing = false;
            checks.forget();
            Thread.sleep(LEDGER_DELAY.toMillis()); // until the ledger has the results
            due = copies.due(settings.name(), clock.instant(), AT_ONCE);
        }
    }

    private void checkOrPostpone(List<Copy> due) throws IOException, InterruptedException {
        try {
            check(due);
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

    /** Checks copies, study by study, and notes the results. */
    private void check(List<Copy> all) throws IOException, InterruptedException {
        Map<String, List<Copy>> studies = all.stream()
                .collect(Collectors.groupingBy(
                        copy -> copy.instance().studyInstanceUid(), LinkedHashMap::new, Collectors.toList()));
        for (List<Copy> study : studies.values()) {
            unanswered = study.stream().map(Copy::deliveryId).toList();
            for (Copy copy : study) {
                if (closed) {
                    throw new InterruptedException("the verifier is closed");
                }
                if (!copy.replaced()) {
                    checks.list(copy);
                    unanswered = List.of(copy.deliveryId());
                }
                tell(copy, checks.check(copy));
            }
        }
    }

    /** Ends the thread; a question that is being answered is broken off. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
