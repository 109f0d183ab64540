package org.dicomgateway.commit;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyCommitments.Note;
import org.dicomgateway.spool.CopyCommitments.Owed;

/** A request that a destination has got, or may have got. It keeps little of each copy. For any thread. */
final class OpenRequest {

    /**
     * A copy that was asked for.
     *
     * @param requests how often it was asked for, this time included
     * @param sentAgainAt as {@link Owed#sentAgainAt}
     */
    record Asked(long deliveryId, Instant deliveredAt, int requests, Optional<Instant> sentAgainAt) {

        private static Asked of(Owed owed) {
            return new Asked(owed.copy().deliveryId(), owed.deliveredAt(), owed.requests() + 1, owed.sentAgainAt());
        }

        /** See {@link Note}. */
        Note note(boolean requested, Optional<Commitment> said, Optional<Instant> again) {
            return new Note(deliveryId, deliveredAt, requested, said, again);
        }
    }

    private final Uid transaction = newUid();
    private final Instant deadline;
    private final Map<Uid, List<Asked>> copies;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean open = true;

    /** @param owed what is asked for; of an instance that was delivered twice, all copies */
    OpenRequest(List<Owed> owed, Instant deadline) {
        this.deadline = deadline;
        this.copies = owed.stream()
                .collect(Collectors.groupingBy(
                        each -> each.copy().instance().sopInstance(),
                        HashMap::new,
                        Collectors.mapping(Asked::of, Collectors.toList())));
    }

    /** Nobody can guess it, so only who got the request can report on it (PS3.5 B.2). */
    private static Uid newUid() {
        UUID random = UUID.randomUUID();
        ByteBuffer bytes = ByteBuffer.allocate(16);
        bytes.putLong(random.getMostSignificantBits()).putLong(random.getLeastSignificantBits());
        return Uid.of("2.25." + new BigInteger(1, bytes.array()));
    }

    Uid transaction() {
        return transaction;
    }

    /** The copies by SOP Instance UID. */
    Map<Uid, List<Asked>> copies() {
        return copies;
    }

    List<Asked> all() {
        return copies.values().stream().flatMap(Collection::stream).toList();
    }

    /** The report has come. Returns whether it is the first one. */
    synchronized boolean answered() {
        boolean first = answered.getCount() > 0;
        open = false;
        answered.countDown();
        return first;
    }

    /** No report is waited for any more. One that comes nevertheless is used. */
    void expire() {
        open = false;
    }

    /** Whether a report is waited for. */
    boolean isOpen() {
        return open;
    }

    boolean isOverdue(Instant now) {
        return open && !now.isBefore(deadline);
    }

    /** Waits for the report. */
    void await(Duration atMost) {
        try {
            boolean ignored = answered.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
