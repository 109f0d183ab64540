package org.dicomgateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {

    @Test
    void what_was_written_is_read_and_knows_its_password() {
        String written = PasswordHash.make(new Secret("Grün 1")).written();
        PasswordHash read = PasswordHash.of(written);

        assertThat(written).startsWith("pbkdf2-sha512:210000:");
        assertThat(read.matches(new Secret("Grün 1"))).isTrue();
        assertThat(read.matches(new Secret("Grün 2"))).isFalse();
        assertThat(read).hasToString("pbkdf2-sha512");
    }

    @Test
    void the_same_password_has_another_hash_each_time() {
        assertThat(PasswordHash.make(new Secret("a")).written())
                .isNotEqualTo(PasswordHash.make(new Secret("a")).written());
    }

    @Test
    void it_is_the_PBKDF2_that_others_make() {
        // By OpenSSL: kdf -keylen 32 -kdfopt digest:SHA512 -kdfopt pass:word -kdfopt salt:0123456789abcdef
        // -kdfopt iter:10000 PBKDF2
        PasswordHash foreign = PasswordHash.of(
                "pbkdf2-sha512:10000:MDEyMzQ1Njc4OWFiY2RlZg==:zIjtE5ykgCEf+4F4c9obzTpMgNxR3AFjDZdPljMp+wI=");
        assertThat(foreign.matches(new Secret("word"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "pbkdf2-sha512:1:MDEyMzQ1Njc4OWFiY2RlZg==:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "pbkdf2-sha512:99999999:MDEyMzQ1Njc4OWFiY2RlZg==:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "pbkdf2-sha512:210000::"
            })
    void anything_else_is_refused_without_being_repeated(String text) {
        assertThatThrownBy(() -> PasswordHash.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scripts/gateway hash-password")
                .message()
                .doesNotContain(text);
    }
}
