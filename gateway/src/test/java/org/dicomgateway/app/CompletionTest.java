package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.dicomgateway.testkit.Dcmtk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real bash makes of the completion script. */
class CompletionTest {

    @TempDir
    private Path folder;

    @Test
    void bash_completes_commands_and_options() throws Exception {
        assertThat(completed("sta")).containsExactly("status");
        assertThat(completed("re")).contains("retry", "resume", "reroute", "reload");
        assertThat(completed("send", "--ass")).containsExactly("--associations");
        assertThat(completed("completion", "b")).containsExactly("bash");
    }

    @Test
    void zsh_is_told_to_understand_it() {
        assertThat(script("zsh")).startsWith("autoload -U +X bashcompinit");
    }

    private List<String> completed(String... words) throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), script("bash"));
        Path trial = Files.writeString(
                folder.resolve("trial"), """
                # Of use only while a person types.
                compopt() { :; }
                source %s
                COMP_WORDS=(gateway %s)
                COMP_CWORD=%d
                _complete_gateway
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(script, String.join(" ", words), words.length));
        return Arrays.stream(
                        Dcmtk.run("bash", trial.toString()).orFail().output().split("\n"))
                .map(String::strip)
                .toList();
    }

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        assertThat(Main.commandLine().setOut(new PrintWriter(out)).execute("completion", shell))
                .isZero();
        return out.toString();
    }
}
