package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.commit.Assessment.Patience;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;

/** A request, as it is in memory: without its instances. Guarded by its {@link SenderCommitments}. */
final class Transaction {

    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    /** A request is looked at again after this part of its age. */
    private static final int PART_OF_AGE = 20;

    private final long number;
    private final CommitmentSettings settings;
    private RequestRecord.Header header;
    private Optional<ReportChannel> channel;
    private Instant nextLook;
    private Optional<SopReference> waitsFor = Optional.empty();
    private int attempts;
    private String note = "";

    Transaction(
            long number, RequestRecord.Header header, Optional<ReportChannel> channel, CommitmentSettings settings) {
        this.number = number;
        this.header = header;
        this.channel = channel;
        this.settings = settings;
        this.nextLook = header.receivedAt().plus(FIRST_LOOK);
    }

    long number() {
        return number;
    }

    RequestRecord.Header header() {
        return header;
    }

    Uid uid() {
        return Uid.of(header.transaction());
    }

    boolean isOpen() {
        return header.outcome().isEmpty();
    }

    Instant deadline() {
        return header.receivedAt().plus(settings.deadline());
    }

    /** The association of the request, while it is open. */
    Optional<ReportChannel> channel() {
        return channel.filter(ReportChannel::isOpen);
    }

    /** The same request came again. */
    void repeatedOn(ReportChannel newer) {
        channel = Optional.of(newer);
    }

    boolean isDue(Instant now) {
        return isOpen() && !now.isBefore(nextLook);
    }

    Patience patience(Instant now) {
        if (!now.isBefore(deadline())) {
            return Patience.NONE;
        }
        return now.isBefore(header.receivedAt().plus(settings.unknownAfter())) ? Patience.FULL : Patience.FOR_KNOWN;
    }

    Optional<SopReference> waitsFor() {
        return waitsFor;
    }

    /** It waits for an instance. The older it is, the longer the pause until the next look. */
    void waits(Assessment assessment, Instant now) {
        waitsFor = assessment.waitsFor();
        note = assessment.note();
        Duration pause = Duration.between(header.receivedAt(), now).dividedBy(PART_OF_AGE);
        pause = pause.compareTo(FIRST_LOOK) < 0 ? FIRST_LOOK : pause;
        Instant next = now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
        nextLook = next.isAfter(deadline()) && now.isBefore(deadline()) ? deadline() : next;
    }

    /** A report failed. It is made again not before this time, from the state of then. */
    void failed(String why, Instant next) {
        attempts++;
        postponed(why, next);
    }

    /** Its report is not tried now, because the sender is known to be away. */
    void postponed(String why, Instant next) {
        note = why;
        nextLook = next;
    }

    int attempts() {
        return attempts;
    }

    /** Whether a report that fails now was the last attempt. */
    boolean isGivenUp(Instant now) {
        return !now.isBefore(deadline().plus(settings.retry().afterDeadline()));
    }

    void ended(RequestRecord.Header how) {
        header = how;
        channel = Optional.empty();
        waitsFor = Optional.empty();
    }

    CommitmentStatus status() {
        return new CommitmentStatus(
                header.sender(),
                header.transaction(),
                header.outcome()
                        .map(how -> CommitmentStatus.State.valueOf(how.end().name()))
                        .orElse(CommitmentStatus.State.OPEN),
                header.receivedAt(),
                deadline(),
                header.count(),
                header.outcome().map(RequestRecord.Outcome::failed).orElse(0),
                attempts,
                header.outcome().map(RequestRecord.Outcome::at),
                header.outcome().map(RequestRecord.Outcome::note).orElse(note));
    }
}
