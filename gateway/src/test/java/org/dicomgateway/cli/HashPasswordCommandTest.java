package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.cli.check.HashPasswordCommand;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TokenHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class HashPasswordCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void a_password_of_standard_input_is_hashed_and_not_shown() {
        assertThat(run("ganz gehéim\nmore\n", "--stdin")).isZero();
        assertThat(out.toString()).doesNotContain("geh");
        assertThat(PasswordHash.of(found("^(pbkdf2\\S+)")).matches(new Secret("ganz gehéim")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x            | fewer than 8 characters
            hunter2      | fewer than 8 characters
            aaaaaaaabbbb | fewer than 5 different characters
            PassWord     | guessed first
            """)
    void a_weak_password_is_refused(String password, String why) {
        assertThat(run(password + "\n", "--stdin")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("the password is too weak: ", why).doesNotContain(password);
    }

    @Test
    void where_the_hash_goes_and_that_a_restart_is_needed_is_told_beside_it() {
        assertThat(run("correct horse battery\n", "--stdin")).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(err.toString())
                .contains("password-hash", "gateway.admin.users", "gateway.users", "needs a restart of the gateway");
    }

    @Test
    void no_password_is_a_failure() {
        assertThat(run("", "--stdin")).isEqualTo(2);
        assertThat(run("\n", "--stdin")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("there is no password on standard input");
    }

    @Test
    void a_token_is_made_and_shown_with_its_hash() {
        assertThat(run("", "--token")).isZero();
        String token = found("^(\\S{43})$");
        assertThat(TokenHash.parse(found("^(sha256\\S+)")).matches(token)).isTrue();
    }

    @Test
    void a_password_cannot_be_an_argument() {
        assertThat(run("", "hunter2")).isEqualTo(2);
    }

    private String found(String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(out.toString());
        assertThat(matcher.find()).as(out.toString()).isTrue();
        return matcher.group(1);
    }

    private int run(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return new CommandLine(new HashPasswordCommand())
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
        } finally {
            System.setIn(before);
        }
    }
}
