package org.dicomgateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeatingTest {

    @Test
    void what_it_does_may_fail_and_is_done_again_until_it_is_closed() throws Exception {
        CountDownLatch thrice = new CountDownLatch(3);
        Repeating repeating = new Repeating("again", Duration.ofMillis(1), () -> {
            thrice.countDown();
            throw new IllegalStateException("made by the test");
        });
        repeating.start();
        thrice.await();
        assertThat(repeating.thread().isAlive()).isTrue();
        assertThat(repeating.close(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void an_interrupt_does_not_end_it() throws Exception {
        AtomicInteger times = new AtomicInteger();
        CountDownLatch twice = new CountDownLatch(2);
        try (Repeating repeating = new Repeating("again", Duration.ofHours(1), () -> {
            times.incrementAndGet();
            twice.countDown();
        })) {
            repeating.start();
            repeating.thread().interrupt();
            twice.await();
            assertThat(repeating.thread().isAlive()).isTrue();
        }
    }

    @Test
    void an_Error_ends_it_and_is_not_swallowed() {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.complete(error));
        try (Repeating repeating = new Repeating("again", Duration.ofMillis(1), () -> {
            throw new OutOfMemoryError("made by the test");
        })) {
            repeating.start();
            assertThat(uncaught.join()).isInstanceOf(OutOfMemoryError.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
