package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.dicomgateway.cli.check.CheckCommand;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whoever copies the files of docs/tutorial.md gets a configuration without a warning. */
class TutorialTest {

    private static final Pattern FILE =
            Pattern.compile("^cat > my/(\\S+) <<'END'\\n(.*?)^END$", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir
    private Path folder;

    @Test
    void check_has_nothing_to_say_about_its_files() throws IOException {
        String page = Files.readString(ProjectRoot.path().resolve("docs/tutorial.md"));
        List<MatchResult> files = FILE.matcher(page).results().toList();
        assertThat(files).extracting(file -> file.group(1)).containsExactlyInAnyOrder("gateway.conf", "routing.conf");
        for (MatchResult file : files) {
            Files.writeString(folder.resolve(file.group(1)), file.group(2));
        }
        StringWriter err = new StringWriter();
        int code = new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(new StringWriter(), true))
                .setErr(new PrintWriter(err, true))
                .execute("--strict", "--config=" + folder.resolve("gateway.conf"));
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
    }
}
