package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PasswordHashTest {

    /** Made by another implementation: Python's hashlib.pbkdf2_hmac. */
    private static final String FOREIGN =
            "pbkdf2-sha256$10000$AAECAwQFBgcICQoLDA0ODw$We2qQCRW+mjA0RNILdhjPZaImUSoEZUhFHJ9w6eaRIw";

    @Test
    void a_password_matches_its_hash_and_no_other_does() {
        PasswordHash hash = PasswordHash.of("correct horse", 10_000);
        assertThat(hash.matches("correct horse")).isTrue();
        assertThat(hash.matches("correct horse ")).isFalse();
        assertThat(hash.matches("")).isFalse();
        assertThat(PasswordHash.parse(hash.text())).isEqualTo(hash);
    }

    @Test
    void two_hashes_of_one_password_differ() {
        assertThat(PasswordHash.of("a", 10_000)).isNotEqualTo(PasswordHash.of("a", 10_000));
    }

    @Test
    void the_function_is_the_one_of_the_standard() {
        assertThat(PasswordHash.parse(FOREIGN).matches("gehéim")).isTrue();
    }

    @Test
    void a_letter_matches_however_it_is_composed() {
        assertThat(PasswordHash.parse(FOREIGN).matches("gehe\u0301im")).isTrue();
    }

    @Test
    void what_is_no_hash_is_refused_without_being_shown() {
        assertThatThrownBy(() -> PasswordHash.parse("hunter2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hash-password")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> PasswordHash.parse(FOREIGN.replace("$10000$", "$999$")))
                .hasMessageContaining("10000 to 10000000 iterations");
        assertThatThrownBy(() -> PasswordHash.of("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void it_does_not_show_itself() {
        assertThat(PasswordHash.parse(FOREIGN)).hasToString("pbkdf2-sha256$10000$******");
    }

    @Test
    void a_token_matches_its_hash_and_no_other_does() {
        String token = TokenHash.newToken();
        TokenHash hash = TokenHash.of(token);
        assertThat(token).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(TokenHash.newToken());
        assertThat(hash.matches(token)).isTrue();
        assertThat(hash.matches(token + "x")).isFalse();
        assertThat(TokenHash.parse(hash.text())).isEqualTo(hash);
        assertThat(hash).hasToString("sha256$******");
        assertThatThrownBy(() -> TokenHash.parse("hunter2"))
                .hasMessageContaining("hash-password --token")
                .hasMessageNotContaining("hunter2");
    }
}
