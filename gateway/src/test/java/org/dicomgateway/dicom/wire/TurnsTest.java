package org.dicomgateway.dicom.wire;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private final Turns turns = new Turns(3, 2);

    @Test
    void so_many_at_once_and_fewer_of_one_host() throws Exception {
        assertThat(turns.begin("a", ZERO)).isTrue();
        assertThat(turns.begin("a", ZERO)).isTrue();
        assertThat(turns.begin("a", ZERO)).isFalse();
        assertThat(turns.begin("b", ZERO)).isTrue();
        assertThat(turns.begin("c", ZERO)).isFalse();
        turns.end("a");
        assertThat(turns.begin("c", ZERO)).isTrue();
        assertThat(turns.begin("a", ZERO)).isFalse();
    }

    @Test
    void who_waits_is_let_go_on_when_another_is_done() throws Exception {
        turns.begin("a", ZERO);
        turns.begin("a", ZERO);
        CompletableFuture<Boolean> third = CompletableFuture.supplyAsync(this::beginUnchecked);
        turns.end("a");
        assertThat(third.get()).isTrue();
    }

    private boolean beginUnchecked() {
        try {
            return turns.begin("a", ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
