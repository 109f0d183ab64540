package org.dicomgateway.commit;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.CopyCommitments.Owed;

/** A request that a destination has got, or may have got. For any thread. */
final class OpenRequest {

    private final Uid transaction = newUid();
    private final Instant deadline;
    private final Map<Uid, List<Owed>> copies;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean over;

    /** @param copies what is asked for; of an instance that was delivered twice, all copies */
    OpenRequest(List<Owed> copies, Instant deadline) {
        this.deadline = deadline;
        this.copies = copies.stream()
                .collect(Collectors.groupingBy(
                        owed -> owed.copy().instance().sopInstance(), LinkedHashMap::new, Collectors.toList()));
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

    /** Copies by SOP Instance UID. */
    Map<Uid, List<Owed>> copies() {
        return copies;
    }

    List<Owed> all() {
        return copies.values().stream().flatMap(List::stream).toList();
    }

    CommitmentRequest message() {
        return new CommitmentRequest(
                transaction,
                copies.values().stream()
                        .map(each -> each.get(0).copy().instance())
                        .map(instance -> new SopReference(instance.sopClass(), instance.sopInstance()))
                        .toList());
    }

    /** The report has come. */
    void answered() {
        over = true;
        answered.countDown();
    }

    boolean isAnswered() {
        return answered.getCount() == 0;
    }

    /** No report is waited for any more. One that comes nevertheless is used. */
    void expire() {
        over = true;
    }

    /** Whether a report is waited for. */
    boolean isOpen() {
        return !over;
    }

    boolean isOverdue(Instant now) {
        return !over && !now.isBefore(deadline);
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
