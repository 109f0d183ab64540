package org.dicomgateway.verify;

import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works at one request of an operator, at one destination.
 *
 * <p>A check that breaks off says nothing about other copies: the copy is told to be unverifiable, and the request goes
 * on. The ledger keeps its last result. When the destination cannot be reached, or takes no request of the gateway, or
 * several checks in a row break off, the rest is not asked for, and counted.
 */
final class RequestedChecks {

    private static final Logger LOG = LoggerFactory.getLogger(RequestedChecks.class);

    private static final int PAGE = 200;
    private static final int MOST_FOREIGN = 1000;
    /** After so many questions in a row that broke off, the destination is taken to be unable to answer. */
    private static final int MOST_IN_A_ROW = 3;
    /** So many copies are sent again before the first of them must have arrived: no request keeps more in mind. */
    private static final int MOST_SENT_AGAIN = 10_000;

    private static final int SENT_AGAIN_PAGE = 500;
    private static final Duration DELIVERY_LOOK = Duration.ofMillis(200);

    private final VerifyJob job;
    private final String destination;
    private final Archive archive;
    private final CopyChecks checks;
    private final Copies copies;
    private final SpoolSearch search;
    private final Repair repair;
    private final Duration deliveryLimit;
    private final BooleanSupplier closed;

    /** What was sent again and is not checked yet, with the state that it had. */
    private final Map<Long, CopyState> again = new LinkedHashMap<>();

    private long neverArrived;
    private int inARow;
    /** Why a question was not answered. */
    private String silence = "";
    /** Whether nothing can be asked of the destination at present. */
    private boolean away;

    /** @param deliveryLimit how long it waits until anything arrives of what it sent again */
    RequestedChecks(
            VerifyJob job,
            String destination,
            Archive archive,
            CopyChecks checks,
            Copies copies,
            SpoolSearch search,
            Repair repair,
            Duration deliveryLimit,
            BooleanSupplier closed) {
        this.job = job;
        this.destination = destination;
        this.archive = archive;
        this.checks = checks;
        this.copies = copies;
        this.search = search;
        this.repair = repair;
        this.deliveryLimit = deliveryLimit;
        this.closed = closed;
    }

    /** Does all of it; at the end the job is done here. */
    void work() throws InterruptedException {
        String fault = "";
        try {
            checkFound();
            fault = listForeign();
            awaitRepaired(0);
        } catch (SearchException e) {
            fault = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("request {} to verify {} failed", job.number(), destination, e);
            fault = "a fault of the gateway: " + e;
        } catch (InterruptedException e) {
            fault = "the gateway stopped, or the rules changed";
            throw e;
        } finally {
            checks.note();
            job.done(destination, problem(fault));
        }
    }

    private String problem(String fault) {
        List<String> all = new ArrayList<>();
        long notAsked = job.notAsked(destination);
        if (notAsked > 0) {
            all.add(notAsked + " not asked for: " + silence);
        }
        if (neverArrived > 0) {
            all.add(neverArrived + " that were sent again wait, or were parked");
        }
        if (!again.isEmpty()) {
            all.add(again.size() + " that were sent again were not checked" + (away ? ": " + silence : ""));
        }
        if (!fault.isEmpty()) {
            all.add(fault);
        }
        return String.join("; ", all);
    }

    private void checkFound() throws InterruptedException {
        Optional<String> next = Optional.empty();
        do {
            // What a server holds changes meanwhile, and a long request must not keep all of it.
            checks.forget();
            SpoolSearch.Page<SpoolSearch.FoundDelivery> page =
                    search.deliveries(job.search().at(destination), next, PAGE);
            List<Long> ids =
                    page.items().stream().map(SpoolSearch.FoundDelivery::id).toList();
            checkAll(copies.copies(ids));
            if (again.size() >= MOST_SENT_AGAIN) {
                awaitRepaired(MOST_SENT_AGAIN / 2);
            }
            next = page.next();
        } while (next.isPresent());
        checks.note();
    }

    /** Study by study. */
    private void checkAll(List<Copy> page) throws InterruptedException {
        Map<String, List<Copy>> studies = page.stream()
                .collect(Collectors.groupingBy(CopyChecks::listOf, LinkedHashMap::new, Collectors.toList()));
        Set<String> unlisted = new HashSet<>();
        for (List<Copy> study : studies.values()) {
            for (Copy copy : study) {
                if (closed.getAsBoolean()) {
                    throw new InterruptedException("the verifier is closed");
                }
                if (copy.replaced() || (isListed(copy, unlisted) && !away)) {
                    checkOne(copy);
                } else {
                    job.notAsked(copy);
                }
            }
        }
    }

    /** @param unlisted the lists that the destination did not give */
    private boolean isListed(Copy copy, Set<String> unlisted) throws InterruptedException {
        if (away || unlisted.contains(CopyChecks.listOf(copy))) {
            return false;
        }
        try {
            checks.list(copy);
            return true;
        } catch (IOException e) {
            brokeOff(e);
            unlisted.add(CopyChecks.listOf(copy));
            return false;
        }
    }

    private void checkOne(Copy copy) throws InterruptedException {
        Finding finding = check(copy);
        boolean differs = finding.state() == CopyState.DIFFERING || finding.undecided();
        boolean wanted = finding.state() == CopyState.MISSING || (differs && job.overwrites());
        if (!job.repairs() || !wanted) {
            job.found(copy, finding);
            return;
        }
        checks.note();
        Optional<String> refused = repair.sendAgain(copy, finding);
        job.found(
                copy, refused.map(why -> finding.with("not sent again: " + why)).orElse(finding));
        if (refused.isEmpty()) {
            job.sentAgain(copy);
            again.put(copy.deliveryId(), finding.state());
        }
    }

    /** A check that breaks off is a finding too, but not for the ledger. */
    private Finding check(Copy copy) throws InterruptedException {
        try {
            Finding finding = checks.check(copy);
            inARow = 0;
            return finding;
        } catch (IOException e) {
            brokeOff(e);
            return Finding.unverifiable("the request to verify", "the check broke off: " + e.getMessage());
        }
    }

    private void brokeOff(IOException why) throws InterruptedException {
        if (closed.getAsBoolean()) {
            throw new InterruptedException("the verifier is closed");
        }
        silence = String.valueOf(why.getMessage());
        inARow++;
        away = away || inARow >= MOST_IN_A_ROW || isAway(why);
        LOG.debug("a question to {} for request {} broke off", destination, job.number(), why);
    }

    /** Whether there is no connection, or whoever asks is refused: other questions would get the same answer. */
    static boolean isAway(IOException failure) {
        for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
                return true;
            }
            if (e instanceof OrthancException answer
                    && (answer.status() == HttpURLConnection.HTTP_UNAUTHORIZED
                            || answer.status() == HttpURLConnection.HTTP_FORBIDDEN)) {
                return true;
            }
            if (e instanceof AssociationException association
                    && (association.reason() == AssociationException.Cause.CONNECT
                            || association.reason() == AssociationException.Cause.REJECTED)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Checks again what was sent again, as soon as it is delivered, until no more than so many are left.
     *
     * @param most what may be left
     */
    private void awaitRepaired(int most) throws InterruptedException {
        long arrived = System.nanoTime();
        while (again.size() > most && !away) {
            List<Long> ids = List.copyOf(again.keySet());
            boolean any = false;
            for (int from = 0; from < ids.size() && !away; from += SENT_AGAIN_PAGE) {
                any |= checkAgain(ids.subList(from, Math.min(from + SENT_AGAIN_PAGE, ids.size())));
            }
            if (any) {
                arrived = System.nanoTime();
            } else if (System.nanoTime() - arrived > deliveryLimit.toNanos()) {
                neverArrived += again.size();
                again.clear();
            } else {
                // A look at many takes longer, so it is taken less often.
                Thread.sleep(DELIVERY_LOOK
                        .multipliedBy(1 + ids.size() / SENT_AGAIN_PAGE)
                        .toMillis());
            }
        }
    }

    /** Whether one of these has arrived. */
    private boolean checkAgain(List<Long> ids) throws InterruptedException {
        checks.forget();
        boolean any = false;
        for (Copy copy : copies.copies(ids)) {
            // What an operator has moved meanwhile is not a copy of this server any more.
            if (!away && copy.destination().equals(destination)) {
                @Nullable CopyState before = again.remove(copy.deliveryId());
                if (before != null) {
                    job.foundAgain(copy, before, check(copy));
                    any = true;
                }
            }
        }
        checks.note();
        return any;
    }

    /** Returns why this was not possible, or "". */
    private String listForeign() throws InterruptedException {
        String study = job.search().study();
        if (study.isEmpty() || away) {
            return "";
        }
        try {
            listForeign(study);
            return "";
        } catch (IOException e) {
            brokeOff(e);
            return "what else it has of the study is not known: " + e.getMessage();
        }
    }

    /** Lists what the destination has of the study although no delivery brought it there. */
    private void listForeign(String study) throws IOException {
        Optional<Holdings> known = checks.known(study);
        Holdings theirs = known.isPresent() ? known.get() : heldOfSentElsewhere();
        Set<Uid> some = theirs.names().keySet().stream().limit(MOST_FOREIGN).collect(Collectors.toSet());
        for (Uid sopInstance : some) {
            Search sent = Search.ALL.ofInstance(sopInstance.value()).at(destination);
            if (search.instances(sent, Optional.empty(), 1).items().isEmpty()) {
                job.notOurs(destination, study, sopInstance.value());
            }
        }
    }

    /** No copy of the study was asked for here. One that was sent elsewhere says as well what to ask for. */
    private Holdings heldOfSentElsewhere() throws IOException {
        List<Long> ids = search.deliveries(job.search().at(""), Optional.empty(), PAGE).items().stream()
                .map(SpoolSearch.FoundDelivery::id)
                .toList();
        List<Copy> sent = copies.copies(ids);
        return sent.isEmpty() ? Holdings.unlisted() : archive.study(sent.get(0));
    }
}
