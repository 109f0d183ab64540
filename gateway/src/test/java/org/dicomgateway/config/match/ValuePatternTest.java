package org.dicomgateway.config.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ValuePatternTest {

    @Test
    void one_of_several_values_is_enough() {
        assertThat(Wildcard.of("LOC*").matchesAny(List.of("ORIGINAL", "PRIMARY", "LOCALIZER")))
                .isTrue();
        assertThat(Wildcard.of("LOC*").matchesAny(List.of("ORIGINAL", "PRIMARY")))
                .isFalse();
    }

    @Test
    void only_the_empty_pattern_matches_what_is_absent_or_empty() {
        for (List<String> absent : List.of(List.<String>of(), List.of(""), List.of("", ""))) {
            assertThat(Wildcard.of("").matchesAny(absent)).isTrue();
            assertThat(Wildcard.of("*").matchesAny(absent)).isFalse();
            assertThat(Wildcard.of("x").matchesAny(absent)).isFalse();
        }
    }

    @Test
    void an_empty_value_beside_another_does_not_count() {
        assertThat(Wildcard.of("").matchesAny(List.of("", "x"))).isFalse();
        assertThat(Wildcard.of("*").matchesAny(List.of("", "x"))).isTrue();
    }

    @Test
    void one_of_several_patterns_is_enough() {
        ValuePattern anyOf = new ValuePattern.AnyOf(List.of(Wildcard.of("CT"), Wildcard.of(""), Regex.of("M.")));
        assertThat(anyOf.matchesAny(List.of("CT"))).isTrue();
        assertThat(anyOf.matchesAny(List.of("MR"))).isTrue();
        assertThat(anyOf.matchesAny(List.of())).isTrue();
        assertThat(anyOf.matchesAny(List.of("US"))).isFalse();
    }
}
