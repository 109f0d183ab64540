package org.dicomgateway.commit;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.dicomgateway.commit.RequestRecord.End;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.Whereabouts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage commitment for the senders of the configuration.
 *
 * <p><b>Guarantee.</b> A request that was answered with success gets a report, over crashes and restarts, unless its
 * sender cannot be reached until {@code retry.after-deadline} has passed. A report can come twice after a crash. A
 * report says that all is committed only when every copy that the routes require of every instance was stored, as the
 * spool knows it just before the report is sent.
 */
public final class Commitments implements CommitmentScp, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Commitments.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** One sender, and the thread for its requests. */
    private record Desk(Sender sender, SenderCommitments requests, Repeating looking) {}

    /** How many requests of a sender ended since the start. */
    public record Totals(String sender, long successful, long failed, long givenUp) {}

    private final Map<AeTitle, Desk> desks = new LinkedHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();

    private Commitments(
            CommitmentSettings settings,
            Records records,
            Whereabouts spool,
            Requirements requirements,
            Function<Sender, Reporter> reporters,
            InstantSource clock) {
        for (Sender sender : settings.senders()) {
            SenderCommitments requests = new SenderCommitments(
                    sender,
                    settings,
                    records,
                    lastNumber::incrementAndGet,
                    spool,
                    requirements,
                    reporters.apply(sender),
                    clock);
            desks.put(
                    sender.peer().aeTitle(),
                    new Desk(sender, requests, new Repeating("commitment-" + sender.name(), INTERVAL, requests::look)));
        }
    }

    /**
     * Reads the requests that an earlier process left. Nothing is reported before {@link #start}.
     *
     * @param requirements what the rules require, as they are then
     * @param reporters the reporter for each sender
     * @throws IOException when the records cannot be listed
     */
    public static Commitments open(
            CommitmentSettings settings,
            Records records,
            Whereabouts spool,
            Requirements requirements,
            Function<Sender, Reporter> reporters,
            InstantSource clock)
            throws IOException {
        Commitments commitments = new Commitments(settings, records, spool, requirements, reporters, clock);
        for (long number : records.numbers()) {
            commitments.lastNumber.accumulateAndGet(number, Math::max);
            commitments.restore(number, records);
        }
        return commitments;
    }

    private void restore(long number, Records records) throws IOException {
        RequestRecord.Header header;
        try {
            header = RequestRecord.of(records.read(number)).header();
        } catch (IOException e) {
            LOG.error(
                    "commitment: a record of an earlier request cannot be read and is kept as {}: its sender gets no report"
                            + " and must ask again",
                    records.setAside(number),
                    e);
            return;
        }
        Optional<Desk> desk = desks.values().stream()
                .filter(each -> each.sender.name().equals(header.sender()))
                .findFirst();
        if (desk.isPresent()) {
            desk.get().requests.restore(number, header);
        } else if (header.outcome().isEmpty()) {
            LOG.warn(
                    "commitment: transaction {} waits, but its sender {} is not in gateway.senders any more",
                    header.transaction(),
                    header.sender());
        }
    }

    /** Starts to look after the requests. */
    public void start() {
        desks.values().forEach(desk -> desk.looking.start());
    }

    /** The threads that must run. */
    public List<LongLived> threads() {
        return desks.values().stream().map(desk -> desk.looking.thread()).toList();
    }

    @Override
    public String refusal(Origin origin) {
        return desks.containsKey(origin.calling()) ? "" : origin.calling() + " is not in gateway.senders";
    }

    @Override
    public Answer request(CommitmentRequest request, Origin origin, ReportChannel channel) {
        Desk desk = desks.get(origin.calling());
        if (desk == null) {
            throw new IllegalArgumentException(refusal(origin));
        }
        return desk.requests.take(request, origin.called(), channel);
    }

    /** All requests: those that are open, and those that ended within about a week. */
    public List<CommitmentStatus> statuses() {
        return desks.values().stream()
                .map(desk -> desk.requests.statuses())
                .flatMap(Collection::stream)
                .toList();
    }

    /** What ended since the start, for each sender. */
    public List<Totals> totals() {
        return desks.values().stream()
                .map(desk -> new Totals(
                        desk.sender.name(),
                        desk.requests.ended(End.SUCCESSFUL),
                        desk.requests.ended(End.FAILED),
                        desk.requests.ended(End.GIVEN_UP)))
                .toList();
    }

    /**
     * Begins no further report, and waits at most this long, for all senders together, for those that are being sent.
     */
    public void stop(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        desks.values().forEach(desk -> {
            desk.requests.stop();
            desk.looking.close();
        });
        desks.forEach((title, desk) -> {
            Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
            if (!desk.looking.close(left)) {
                LOG.warn("commitment: a report to {} takes long; the next start makes it again", title);
            }
        });
    }

    /** Stops without a grace period. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}
