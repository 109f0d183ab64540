package org.dicomgateway.app.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thirty edits of the rules, five of them invalid, while two thousand instances arrive. */
class EditsIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int EDITS = 18;
    private static final int AT_ONCE = 34;
    private static final Pattern RECEIVED = Pattern.compile(" event=received sop=(\\S+) .* rules=(\\d+) ");
    private static final Pattern DELIVERED = Pattern.compile(" event=delivered sop=(\\S+) .* route=(\\S+) ");

    @TempDir
    private Path directory;

    @Test
    void each_instance_is_planned_by_exactly_one_valid_version_and_none_is_lost() {
        TestFiles files = new TestFiles(directory.resolve("files"), 10);
        try (Archives archives = new Archives(directory);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            edit(gateway, archives, 0);
            gateway.start();
            for (int i = 1; i <= EDITS; i++) {
                edit(gateway, archives, i);
                String route = "v" + i;
                // Some before it is noticed, some when it is in force.
                send(gateway, files);
                if (isValid(i)) {
                    await().atMost(Duration.ofSeconds(10))
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> gateway.output().contains(route));
                }
                send(gateway, files);
            }
            int all = 2 * EDITS * AT_ONCE;
            await().atMost(Duration.ofMinutes(2)).until(() -> archives.instances() == all);
            await().atMost(Duration.ofSeconds(10)).until(() -> gateway.count("delivered") == all);
            assertThat(archives.copies().values())
                    .as("copies of each")
                    .hasSize(all)
                    .containsOnly(1L);

            Map<String, String> versions = pairs(gateway, RECEIVED);
            Map<String, String> routes = pairs(gateway, DELIVERED);
            assertThat(versions).hasSize(all);
            assertThat(routes).hasSize(all);
            Map<String, Set<String>> routesOfVersion = new HashMap<>();
            versions.forEach((sop, version) -> routesOfVersion
                    .computeIfAbsent(version, v -> new HashSet<>())
                    .add(routes.getOrDefault(sop, "none")));
            assertThat(routesOfVersion.values())
                    .as("one version, one set of rules")
                    .allMatch(names -> names.size() == 1);
            assertThat(routesOfVersion).as("versions that planned something").hasSize(1 + EDITS - EDITS / 6);
            assertThat(gateway.count("parked")).isZero();
        }
    }

    /** Every version has a route of its own name; every sixth is half a file. */
    private static void edit(GatewayProcess gateway, Archives archives, int number) {
        String good = GatewayProcess.destinations(archives.peers()) + """
                routes = [ { name = v%d, fallback = true, to = [orthanc%d] } ]
                """.formatted(number, 1 + number % 3);
        gateway.routing(isValid(number) ? good : good.substring(0, good.length() / 2));
    }

    private static boolean isValid(int edit) {
        return edit % 6 != 5;
    }

    private static void send(GatewayProcess gateway, TestFiles files) {
        List<Path> study =
                files.study(1, AT_ONCE, 2 * 1024).stream().map(TestFile::path).toList();
        Dcmtk.storescu(gateway.peer(), MODALITY, study).orFail();
    }

    private static Map<String, String> pairs(GatewayProcess gateway, Pattern pattern) {
        Map<String, String> pairs = new HashMap<>();
        for (String line : gateway.forwardLog()) {
            List<MatchResult> found = pattern.matcher(line).results().toList();
            found.forEach(match -> assertThat(pairs.put(match.group(1), match.group(2)))
                    .as("%s is there once", match.group(1))
                    .isNull());
        }
        return pairs;
    }
}
