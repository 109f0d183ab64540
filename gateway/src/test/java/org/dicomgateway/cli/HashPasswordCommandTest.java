package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HashPasswordCommandTest {

    private final InputStream standardInput = System.in;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void restore() {
        System.setIn(standardInput);
    }

    @Test
    void prints_a_hash_that_knows_the_password_of_the_first_line() {
        assertThat(hash("open sésame\nanother line\n")).isZero();

        assertThat(PasswordHash.of(out.toString().strip()).matches(new Secret("open sésame")))
                .isTrue();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void no_password_is_a_misuse() {
        assertThat(hash("")).isEqualTo(ExitCode.MISUSED);
        assertThat(err.toString()).contains("there is no password");
        assertThat(out.toString()).isEmpty();
    }

    private int hash(String input) {
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        return new CommandLine(new HashPasswordCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--stdin");
    }
}
