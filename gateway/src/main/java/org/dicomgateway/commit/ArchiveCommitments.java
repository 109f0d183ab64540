package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.CommitmentRequests;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyCommitments.Debt;

/**
 * Asks the destinations for storage commitment that are configured so (PS3.4 Annex J, PS3.18 13), and takes their
 * reports. Safe for any number of threads.
 *
 * <p><b>Guarantee.</b> A delivered copy is asked for until its destination has committed it, with growing pauses of at
 * most a day, over crashes and restarts. A report counts only when its Transaction UID is that of a request to this
 * destination, and only for the instances of that request. A copy that the destination says it does not have is sent
 * again, at most once a day. Nothing here delays a delivery.
 */
public final class ArchiveCommitments implements CommitmentScu, AutoCloseable {

    /** The answer to a report on nothing that was asked: PS3.7 has no status of its own for it. */
    static final Answer UNKNOWN = new Answer(DimseStatus.INVALID_ARGUMENT_VALUE, "no such transaction");

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** One destination, and its thread. */
    private record Desk(DestinationCommitments commitments, Repeating looking) {}

    /**
     * A destination that is asked.
     *
     * @param open copies that wait for its report, or to be asked for
     * @param failed copies that it reported as failed; they are asked for again
     * @param oldest when the oldest of all these was delivered; empty: there is none
     * @param committed copies that it has committed since the gateway started, or the destination's settings changed
     * @param problem why it cannot be asked, or what it did not answer; empty when all is well
     */
    public record Status(
            String destination, long open, long failed, Optional<Instant> oldest, long committed, String problem) {}

    private final CopyCommitments spool;
    private final Function<DestinationSettings, Inquiry> inquiries;
    private final LongPredicate resend;
    private final InstantSource clock;
    private final Map<String, Desk> desks = new ConcurrentSkipListMap<>();

    /**
     * Asks nobody before {@link #follow}.
     *
     * @param resend sends the copy of a delivery again that its destination does not have; whether it does
     */
    public ArchiveCommitments(
            CopyCommitments spool,
            Function<DestinationSettings, Inquiry> inquiries,
            LongPredicate resend,
            InstantSource clock) {
        this.spool = spool;
        this.inquiries = inquiries;
        this.resend = resend;
        this.clock = clock;
    }

    /** Sets the destinations that exist. A request to one whose settings changed is made again. */
    public synchronized void follow(Collection<DestinationSettings> destinations) {
        Map<String, DestinationSettings> wanted = new TreeMap<>();
        destinations.stream()
                .filter(each -> each.commitment().request())
                .forEach(each -> wanted.put(each.name(), each));
        spool.askAfter(name -> Optional.ofNullable(wanted.get(name))
                .map(DestinationSettings::commitment)
                .map(CommitmentRequests::after));
        desks.forEach((name, desk) -> {
            if (!desk.commitments.settings().equals(wanted.get(name))) {
                close(desk);
                desks.remove(name);
            }
        });
        wanted.forEach((name, settings) -> desks.computeIfAbsent(name, same -> open(settings)));
    }

    private Desk open(DestinationSettings settings) {
        DestinationCommitments commitments =
                new DestinationCommitments(settings, inquiries.apply(settings), spool, resend, clock);
        Desk desk =
                new Desk(commitments, new Repeating("commitment-by-" + settings.name(), INTERVAL, commitments::look));
        desk.looking.start();
        return desk;
    }

    private static void close(Desk desk) {
        desk.commitments.stop();
        desk.looking.close();
    }

    @Override
    public String refusal(Origin origin) {
        boolean asked = desks.values().stream()
                .flatMap(desk -> desk.commitments.settings().peer().stream())
                .anyMatch(peer -> peer.aeTitle().equals(origin.calling()));
        return asked ? "" : origin.calling() + " is not asked for storage commitment";
    }

    @Override
    public Answer report(CommitmentResult result, Origin origin) {
        return desks.values().stream()
                .map(desk -> desk.commitments.report(result, origin))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** The destinations that are asked. */
    public List<Status> statuses() {
        Map<String, Debt> debts = desks.isEmpty() ? Map.of() : spool.debts();
        List<Status> statuses = new ArrayList<>();
        desks.forEach((name, desk) -> {
            Optional<Debt> debt = Optional.ofNullable(debts.get(name));
            statuses.add(new Status(
                    name,
                    debt.map(Debt::open).orElse(0L),
                    debt.map(Debt::failed).orElse(0L),
                    debt.map(Debt::oldest),
                    desk.commitments.committed(),
                    desk.commitments.problem()));
        });
        return statuses;
    }

    /** The threads that must run until this is closed. */
    public List<LongLived> threads() {
        return desks.values().stream().map(desk -> desk.looking.thread()).toList();
    }

    /** Begins no further request, and waits at most this long for those that are being made. */
    public synchronized void stop(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        desks.values().forEach(ArchiveCommitments::close);
        desks.values()
                .forEach(desk -> desk.looking.close(Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()))));
    }

    /** Stops without a grace period. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
