package org.dicomgateway.config.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegexTest {

    @Test
    void it_must_match_as_a_whole() {
        assertThat(Regex.of("STUDY-[0-9]{4}").matches("STUDY-1234")).isTrue();
        assertThat(Regex.of("STUDY-[0-9]{4}").matches("STUDY-12345")).isFalse();
    }

    @Test
    void what_is_no_expression_is_refused_with_the_place_of_the_mistake() {
        assertThatThrownBy(() -> Regex.of("a(b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a regular expression: Unclosed group at character 4: a(b");
    }

    @Test
    void a_value_longer_than_its_bound_does_not_match() {
        assertThat(Regex.of("a*").matches("a".repeat(Regex.MAX_LENGTH))).isTrue();
        assertThat(Regex.of("a*").matches("a".repeat(Regex.MAX_LENGTH + 1))).isFalse();
    }

    @Test
    void an_expression_that_would_run_for_ages_gives_up() {
        assertThat(Regex.of("(a+)+b").matches("a".repeat(Regex.MAX_LENGTH))).isFalse();
        assertThat(Regex.of("(.*)*(.*)*(.*)*x").matches("a".repeat(Regex.MAX_LENGTH)))
                .isFalse();
    }

    @Test
    void deep_alternations_of_the_longest_value_do_not_exhaust_the_stack() {
        assertThat(Regex.of("(a|b)*").matches("ab".repeat(Regex.MAX_LENGTH / 2)))
                .isTrue();
    }

    @Test
    void the_absent_does_not_match_even_what_matches_nothing() {
        assertThat(Regex.of(".*").matchesAny(List.of())).isFalse();
        assertThat(Regex.of(".*").matchesAny(List.of(""))).isFalse();
    }

    @Test
    void equal_expressions_are_equal() {
        assertThat(Regex.of("a+")).isEqualTo(Regex.of("a+")).hasSameHashCodeAs(Regex.of("a+"));
        assertThat(Regex.of("a+")).isNotEqualTo(Regex.of("a*"));
    }
}
