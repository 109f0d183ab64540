package org.dicomgateway.verify;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RateLimiter;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.Checked;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.jspecify.annotations.Nullable;

/**
 * Checks copies of one destination, one at a time, no faster than {@code verify.max-rate}, and takes turns with
 * deliveries. For the thread of its {@link DestinationVerifier}.
 */
final class CopyChecks {

    private static final int NOTED_AT_ONCE = 100;
    /** While instances are sent to the destination, a check is followed by a pause of this many times its duration. */
    private static final int PAUSES = 4;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final DestinationSettings settings;
    private final Archive archive;
    private final Copies copies;
    private final Predicate<String> busy;
    private final InstantSource clock;
    private final RateLimiter rate;

    /** The results that are not in the ledger yet. */
    private final List<Checked> results = new ArrayList<>();
    /** What the destination has, by study. Only for one round: it changes. */
    private final Map<String, Listed> held = new HashMap<>();

    /** @param at not later than the question */
    private record Listed(Holdings holdings, Instant at) {}

    /** @param busy whether instances are being sent to a destination now */
    CopyChecks(
            DestinationSettings settings, Archive archive, Copies copies, Predicate<String> busy, InstantSource clock) {
        this.settings = settings;
        this.archive = archive;
        this.copies = copies;
        this.busy = busy;
        this.clock = clock;
        this.rate = new RateLimiter(settings.verify().maxRate(), clock);
    }

    /** What this copy is listed with: its study, or itself when it has none. */
    static String listOf(Copy copy) {
        String study = copy.instance().studyInstanceUid();
        return study.isEmpty() ? copy.instance().sopInstance().value() : study;
    }

    /** Has the destination list what it has of a copy's study, unless it did since {@link #forget}. */
    Holdings list(Copy copy) throws IOException {
        return listed(copy).holdings;
    }

    private Listed listed(Copy copy) throws IOException {
        @Nullable Listed known = held.get(listOf(copy));
        if (known == null) {
            Instant at = clock.instant();
            known = new Listed(archive.study(copy), at);
            held.put(listOf(copy), known);
        }
        return known;
    }

    /** What the destination has of a study, if it was asked for since {@link #forget}. */
    Optional<Holdings> known(String study) {
        return Optional.ofNullable(held.get(study)).map(Listed::holdings);
    }

    /** Forgets what the destination has. */
    void forget() {
        held.clear();
    }

    /** Checks a copy. The result is in the ledger after the next {@link #note}. */
    Finding check(Copy copy) throws IOException, InterruptedException {
        if (copy.replaced()) {
            Finding replaced = Finding.replaced();
            if (copy.state() != CopyState.REPLACED) {
                add(copy, replaced, clock.instant());
            }
            return replaced;
        }
        pace(copy);
        long begin = System.nanoTime();
        Listed listed = listed(copy);
        Optional<String> name = listed.holdings.name(copy.instance().sopInstance());
        Instant asked = name.isEmpty() || level() == Level.PRESENCE ? listed.at : clock.instant();
        Finding finding =
                name.isEmpty() ? Finding.missing("the list of the study") : archive.check(copy, name.get(), level());
        add(copy, finding, asked);
        giveWay(System.nanoTime() - begin);
        return finding;
    }

    private Level level() {
        Level level = settings.verify().level();
        return level == Level.NONE ? Level.CONTENT : level;
    }

    private void pace(Copy copy) throws InterruptedException {
        long bytes = copy.instance().datasetLength();
        for (Duration wait = rate.go(bytes); !wait.isZero(); wait = rate.go(bytes)) {
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

    /** Gives the results to the ledger. When it does not take them, they are dropped. */
    void note() {
        if (!results.isEmpty()) {
            List<Checked> noted = List.copyOf(results);
            results.clear();
            copies.checked(noted);
        }
    }
}
