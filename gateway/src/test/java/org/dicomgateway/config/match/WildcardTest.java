package org.dicomgateway.config.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CT        | CT          | true
            CT        | ct          | false
            CT        | CTA         | false
            CT*       | CT          | true
            *TRIAL*   | a TRIAL b   | true
            *TRIAL*   | a TRAIL b   | false
            A?C       | ABC         | true
            A?C       | AC          | false
            A*B*C     | AxBxBxC     | true
            A*B*C     | AxCxB       | false
            *         | anything    | true
            **a**     | bab         | true
            1.2.*.4   | 1.2.3.4     | true
            1.2.*.4   | 1x2.3.4     | false
            \\*        | *           | true
            \\*        | x           | false
            a\\?\\\\b    | a?\\b        | true
            \\a        | a           | true
            ü?        | üé          | true
            ?         | 𝄞           | true
            """)
    void a_text_matches_as_a_whole(String pattern, String value, boolean matches) {
        assertThat(Wildcard.of(pattern).matches(value)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ct        | CT          | true
            CT        | ct          | true
            *Trial*   | a TRIAL b   | true
            *größe?   | GRÖSSE 1    | false
            *größe?   | Die GRÖßE1  | true
            \\*        | *           | true
            a*B*c     | AxBxBxC     | true
            a*B*c     | AxCxB       | false
            """)
    void case_is_ignored_where_that_is_asked_for(String pattern, String value, boolean matches) {
        assertThat(Wildcard.ignoringCase(pattern).matches(value)).isEqualTo(matches);
    }

    @Test
    void patterns_that_differ_only_in_case_are_different() {
        assertThat(Wildcard.ignoringCase("a")).isNotEqualTo(Wildcard.of("a")).hasToString("\"a\" in any case");
        assertThat(Wildcard.ignoringCase("a").literals()).isEmpty();
    }

    @Test
    void a_backslash_before_nothing_is_refused() {
        assertThatThrownBy(() -> Wildcard.of("abc\\"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abc\\");
    }

    @Test
    void many_stars_take_no_more_than_pattern_times_value_steps() {
        assertThat(Wildcard.of("*a".repeat(500) + "b").matches("a".repeat(10_000)))
                .isFalse();
    }

    @Test
    void equal_texts_are_equal_patterns() {
        assertThat(Wildcard.of("a*")).isEqualTo(Wildcard.of("a*")).hasSameHashCodeAs(Wildcard.of("a*"));
        assertThat(Wildcard.of("a*")).isNotEqualTo(Wildcard.of("a\\*"));
    }

    @Property
    void it_says_what_the_same_pattern_says_as_a_regular_expression(
            @ForAll("patterns") String pattern, @ForAll("values") String value) {
        Pattern regex = Pattern.compile(asRegex(pattern), Pattern.DOTALL);
        assertThat(Wildcard.of(pattern).matches(value))
                .isEqualTo(regex.matcher(value).matches());
    }

    @Property
    void an_escaped_value_matches_itself(@ForAll String value) {
        assertThat(Wildcard.of(value.replaceAll("[*?\\\\]", "\\\\$0")).matches(value))
                .isTrue();
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.of("a", "b", "*", "?", "\\*", "\\\\", "𝄞")
                .list()
                .ofMaxSize(8)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of("a", "b", "*", "\\", "𝄞").list().ofMaxSize(10).map(parts -> String.join("", parts));
    }

    private static String asRegex(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '\\' -> regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
                // A pair of surrogates must stay together.
                default -> regex.append(c);
            }
        }
        return regex.toString();
    }
}
