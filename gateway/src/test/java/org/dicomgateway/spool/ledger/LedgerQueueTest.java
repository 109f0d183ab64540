package org.dicomgateway.spool.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Outbox.SentAs;
import org.junit.jupiter.api.Test;

class LedgerQueueTest {

    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");

    private final Ledger ledger = new InMemoryLedger(Candidates.FIRST);
    private final AtomicInteger syncs = new AtomicInteger();
    private final AtomicInteger transactions = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private final AtomicBoolean refuses = new AtomicBoolean();

    /** The ledger, whose first transaction takes as long as the test likes, and which refuses when told. */
    private Ledger slow() {
        return (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("apply")) {
                        if (transactions.incrementAndGet() == 1) {
                            begun.countDown();
                            assertThat(goesOn.await(20, TimeUnit.SECONDS)).isTrue();
                        }
                        if (transactions.get() > 1 && refuses.compareAndSet(true, false)) {
                            throw new LedgerException("refused by the test", null);
                        }
                    } else if (method.getName().equals("sync")) {
                        syncs.incrementAndGet();
                    }
                    try {
                        return method.invoke(ledger, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Change note(long delivery) {
        return new Change.SentAsNoted(
                delivery,
                "a",
                new SentAs("v", Uid.of("2.25." + delivery), "", "", DatasetDigest.of(1), 2, Optional.empty()));
    }

    @Test
    void what_is_asked_for_meanwhile_shares_a_transaction_and_a_sync() throws Exception {
        try (LedgerQueue queue = new LedgerQueue(slow(), (changes, done) -> {}, StageTimes.NONE)) {
            queue.submit(List.of(new Change.Restarted(NOW)));
            begun.await();
            List<CompletableFuture<Ledger.Applied>> answers =
                    List.of(queue.applyDurably(note(1)), queue.applyDurably(note(2)), queue.applyDurably(note(3)));
            queue.submit(List.of(note(4)));
            goesOn.countDown();
            answers.forEach(CompletableFuture::join);
            assertThat(syncs).hasValue(1);
            for (long delivery = 1; delivery <= 3; delivery++) {
                assertThat(ledger.sentAs(delivery, "a")).isPresent();
            }
        }
        assertThat(transactions).hasValue(2);
        assertThat(ledger.sentAs(4, "a")).isPresent();
    }

    @Test
    void a_refusal_is_told_and_what_was_submitted_beside_is_applied_nevertheless() throws Exception {
        try (LedgerQueue queue = new LedgerQueue(slow(), (changes, done) -> {}, StageTimes.NONE)) {
            queue.submit(List.of(new Change.Restarted(NOW)));
            begun.await();
            queue.submit(List.of(note(1)));
            CompletableFuture<Ledger.Applied> refused = queue.applyDurably(note(2));
            refuses.set(true);
            goesOn.countDown();
            assertThatThrownBy(refused::join).hasRootCauseMessage("refused by the test");
        }
        assertThat(ledger.sentAs(1, "a")).isPresent();
        assertThat(ledger.sentAs(2, "a")).isEmpty();
    }
}
