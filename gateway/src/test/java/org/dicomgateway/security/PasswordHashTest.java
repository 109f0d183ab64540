package org.dicomgateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class PasswordHashTest {

    /** Made by another implementation: Python's hashlib.pbkdf2_hmac. */
    private static final String FOREIGN =
            "pbkdf2-sha512:10000:AAECAwQFBgcICQoLDA0ODw==:sfigSxxb6UtcSaJtBm9szsSP3Qo9WwAg7G77aRnxGRs=";

    @Test
    void a_password_matches_its_hash_and_no_other_does() {
        PasswordHash hash = PasswordHash.make(new Secret("correct horse"));
        assertThat(hash.matches(new Secret("correct horse"))).isTrue();
        assertThat(hash.matches(new Secret("correct horse "))).isFalse();
        assertThat(hash.matches(new Secret(""))).isFalse();
        assertThat(PasswordHash.of(hash.written())).isEqualTo(hash);
    }

    @Test
    void two_hashes_of_one_password_differ() {
        assertThat(PasswordHash.make(new Secret("a"))).isNotEqualTo(PasswordHash.make(new Secret("a")));
    }

    @Test
    void the_function_is_the_one_of_the_standard() {
        assertThat(PasswordHash.of(FOREIGN).matches(new Secret("gehéim"))).isTrue();
    }

    @Test
    void what_is_no_hash_is_refused_without_being_shown() {
        assertThatThrownBy(() -> PasswordHash.of("hunter2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hash-password")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> PasswordHash.of(FOREIGN.replace(":10000:", ":999:")))
                .hasMessageContaining("999 iterations");
    }

    @Test
    void it_does_not_show_itself() {
        assertThat(PasswordHash.of(FOREIGN)).hasToString("pbkdf2-sha512");
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
