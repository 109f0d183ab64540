package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.cli.check.CheckCommand;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.receive.AccessControl;
import org.dicomgateway.receive.Identities;
import org.dicomgateway.route.RoutingTable;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The example of docs/hospital.md has no warning, and does with each image of its table what the table says. */
class HospitalExampleTest {

    private static final int MODALITY = 0x00080060;
    private static final int STUDY_DESCRIPTION = 0x00081030;

    /** A row of the table: calling AE title, address, modality, study description, access, destinations. */
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| `([A-Z0-9]+)` \\| `([0-9.]+)` \\| `([A-Z]+)` \\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|$");

    private static final Pattern EXCERPT = Pattern.compile("```hocon\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private Configuration.Loaded loaded;

    @BeforeEach
    void copy() throws Exception {
        for (String name : List.of("gateway.conf", "routing.conf")) {
            Files.copy(example(name), folder.resolve(name));
        }
        Certificates certificates = new Certificates(folder.resolve("tls")).make("gateway");
        Files.copy(certificates.authority(), folder.resolve("tls/cloud-ca.crt"));
        loaded = Configuration.loadAll(folder.resolve("gateway.conf"));
    }

    @Test
    void check_finds_neither_a_problem_nor_anything_to_warn_of() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--strict", "--config=" + folder.resolve("gateway.conf"));
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
    }

    @TestFactory
    Stream<DynamicTest> each_image_of_the_table_is_let_in_and_goes_where_the_table_says() throws IOException {
        List<MatchResult> rows = ROW.matcher(document()).results().toList();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(7);
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(row.group(1) + " " + row.group(3) + " " + row.group(4), () -> {
                    Origin origin = new Origin(AeTitle.of(row.group(1)), AeTitle.of("OLDPACS"), row.group(2));
                    String access = access(origin);
                    assertThat(access).isEqualTo(row.group(5).replace("`", ""));
                    assertThat(access.startsWith("rejected") ? "nowhere" : plan(origin, row.group(3), row.group(4)))
                            .isEqualTo(row.group(6).replace("`", ""));
                }));
    }

    @Test
    void what_the_page_quotes_is_in_the_files() throws IOException {
        List<String> files = Stream.concat(
                        Files.readString(example("gateway.conf")).lines(),
                        Files.readString(example("routing.conf")).lines())
                .map(String::strip)
                .toList();
        List<String> quoted = EXCERPT.matcher(document())
                .results()
                .flatMap(excerpt -> excerpt.group(1).lines())
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(quoted).hasSizeGreaterThan(5);
        assertThat(files).containsAll(quoted);
    }

    @Test
    void the_cloud_is_reached_by_TLS_with_its_certificate_checked_and_a_limit() {
        assertThat(loaded.routing().destinations().get("cloud")).satisfies(cloud -> {
            assertThat(cloud.requestor().tls()).get().matches(tls -> tls.verifyHostName());
            assertThat(cloud.maxRate().toString()).contains("50");
        });
    }

    /** The entry that lets this sender in, or the rejection. */
    private String access(Origin origin) {
        AccessControl access = new AccessControl(
                loaded.gateway().listeners().get(0),
                new Identities(loaded.gateway().users(), Ticker.systemTicker()),
                InstantSource.system());
        AssociationAnswer answer = access.answer(new AssociationRequest(origin, 1, Optional.empty(), Optional.empty()));
        return answer instanceof Rejection rejection
                ? "rejected " + codes(rejection)
                : answer.toString().replace(", access ", "");
    }

    private static String codes(Rejection rejection) {
        return rejection.result() + "/" + rejection.source() + "/" + rejection.reason();
    }

    /** Where an instance goes, in the words of the table. */
    private String plan(Origin origin, String modality, String description) {
        InstanceHeader header = InstanceHeader.of(
                Uid.of("1.2.840.10008.5.1.4.1.1.7"),
                Uid.of("1.2.3"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                Map.of(MODALITY, List.of(modality), STUDY_DESCRIPTION, List.of(description)));
        Map<String, List<PlannedDelivery>> byRoute =
                RoutingTable.of(loaded.routing(), 1).plan(header, origin).deliveries().stream()
                        .collect(
                                Collectors.groupingBy(PlannedDelivery::route, LinkedHashMap::new, Collectors.toList()));
        return loaded.routing().routes().stream()
                .filter(route -> byRoute.containsKey(route.name()))
                .map(route -> words(route, byRoute.get(route.name())))
                .collect(Collectors.joining("; "));
    }

    private static String words(RouteSettings route, List<PlannedDelivery> deliveries) {
        List<String> candidates = deliveries.get(0).candidates();
        String where = route.strategy() instanceof Strategy.Failover
                ? String.join(", else ", candidates)
                : candidates.size() == 1
                        ? candidates.get(0)
                        : deliveries.size() + " of " + String.join(", ", candidates);
        return where + (route.schedule().equals(Schedule.ALWAYS) ? "" : ", at night");
    }

    private static Path example(String name) {
        return ProjectRoot.path().resolve("conf/examples/hospital").resolve(name);
    }

    private static String document() throws IOException {
        return Files.readString(ProjectRoot.path().resolve("docs/hospital.md"));
    }
}
