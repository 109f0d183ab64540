package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspectsTest {

    private final Suspects suspects = new Suspects();

    @Test
    void a_delivery_in_trouble_again_and_again_while_others_pass_is_to_blame() {
        assertThat(suspects.blames(1)).isFalse();
        suspects.passed(2);
        assertThat(suspects.blames(1)).isFalse();
        suspects.passed(3);
        assertThat(suspects.blames(1)).isTrue();
    }

    @Test
    void while_nothing_passes_nobody_is_to_blame() {
        for (int i = 0; i < 100; i++) {
            assertThat(suspects.blames(1)).isFalse();
            assertThat(suspects.blames(2)).isFalse();
        }
    }

    @Test
    void one_that_is_known_to_be_bad_is_not_blamed_for_a_server_that_is_down() {
        suspects.blames(1);
        suspects.passed(2);
        suspects.blames(1);
        suspects.passed(3);
        assertThat(suspects.blames(1)).isTrue();

        assertThat(suspects.blames(1)).isFalse();
    }

    @Test
    void one_that_passes_or_is_parked_starts_anew() {
        for (long id = 1; id <= 2; id++) {
            suspects.blames(id);
            suspects.passed(9);
            suspects.blames(id);
            suspects.passed(9);
        }
        suspects.passed(1);
        suspects.forget(2);

        assertThat(suspects.blames(1)).isFalse();
        assertThat(suspects.blames(2)).isFalse();
    }

    @Test
    void memory_does_not_grow_with_the_backlog() {
        suspects.blames(0);
        suspects.passed(-1);
        suspects.blames(0);
        suspects.passed(-1);
        for (long id = 1; id <= 10_000; id++) {
            suspects.blames(id);
        }

        assertThat(suspects.blames(0)).as("forgotten").isFalse();
    }
}
