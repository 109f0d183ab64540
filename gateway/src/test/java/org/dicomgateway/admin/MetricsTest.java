package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.observe.Metric;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.observe.Promtool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is scraped, what the page says of it, and what is made of it under deploy/: all the same names. */
class MetricsTest {

    private static final Pattern FAMILY = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(gateway_[a-z_]+)(?:\\{([^}]*)})? (\\S+)");
    private static final Pattern ROW = Pattern.compile("\\| `(gateway_\\S+)` \\| (\\w+) \\| (.*?) \\| (.*?) \\|");
    private static final Pattern NAME = Pattern.compile("\\bgateway_[a-z_]+\\b");

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    @BeforeEach
    void letEverythingHappen() {
        Happenings.letEverythingHappen(admin.telemetry);
        for (String callingAe : List.of("CT8", "CT9")) {
            admin.controls.rejected.count(
                    new RefusedPeer(callingAe, "ARCHIVE", "192.0.2.9", "1/1/7", "no such title"), false);
        }
    }

    @Test
    void all_metrics_are_there_and_no_others() throws Exception {
        admin.controls.inCluster = Optional.of(new FakeCluster());
        Map<String, String> scraped = new TreeMap<>();
        Matcher family = FAMILY.matcher(scrape());
        while (family.find()) {
            if (family.group(1).startsWith("gateway_")) {
                scraped.put(family.group(1), family.group(2));
            }
        }
        Map<String, String> meant = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            meant.put(metric.text(), metric.kind().name().toLowerCase(Locale.ROOT));
            if (metric.kind() == Metric.Kind.HISTOGRAM) {
                meant.put(metric.text() + "_max", "gauge");
            }
        }
        assertThat(scraped).isEqualTo(meant);
    }

    @Test
    void the_values_are_those_of_what_happened() throws Exception {
        admin.controls.inCluster = Optional.of(new FakeCluster());
        Map<String, Double> samples = samples(scrape());
        assertThat(samples)
                .containsEntry("gateway_version{version=\"1.2.3\"}", 1.0)
                .containsEntry("gateway_received_instances_total", 2.0)
                .containsEntry("gateway_received_bytes_total", 1024.0)
                .containsEntry("gateway_refused_instances_total{status=\"0xA700\"}", 1.0)
                .containsEntry("gateway_refused_instances_total{status=\"none\"}", 1.0)
                .containsEntry("gateway_rejected_associations_total{code=\"1/1/7\"}", 2.0)
                .containsEntry("gateway_receive_seconds_sum", 0.07)
                .containsEntry("gateway_receive_seconds_bucket{le=\"0.05\"}", 2.0)
                .containsEntry("gateway_receive_seconds_bucket{le=\"0.02\"}", 0.0)
                .containsEntry("gateway_attempts_total{destination=\"a\",outcome=\"delivered\"}", 1.0)
                .containsEntry("gateway_attempts_total{destination=\"a\",outcome=\"retry\"}", 1.0)
                .containsEntry("gateway_attempts_total{destination=\"b\",outcome=\"parked\"}", 1.0)
                .containsEntry("gateway_delivery_seconds_bucket{destination=\"a\",le=\"1.0\"}", 0.0)
                .containsEntry("gateway_delivery_seconds_bucket{destination=\"a\",le=\"5.0\"}", 1.0)
                .containsEntry("gateway_discarded_total{destination=\"b\"}", 1.0)
                .containsEntry("gateway_superseded_total{destination=\"b\"}", 1.0)
                .containsEntry("gateway_commit_instances_sum", 3.0)
                .containsEntry("gateway_ledger_unwritten_changes", 3.0)
                .containsEntry("gateway_disk_free_bytes", 5_000_000.0)
                .containsEntry("gateway_books_deliveries{destination=\"gone\",entry=\"held\"}", 4.0)
                .containsEntry("gateway_pending_bytes{destination=\"a\"}", 2048.0)
                .containsEntry("gateway_oldest_pending_age_seconds{destination=\"b\"}", 0.0)
                .containsEntry("gateway_destination_state{destination=\"a\",state=\"up\"}", 1.0)
                .containsEntry("gateway_destination_state{destination=\"a\",state=\"closed_by_schedule\"}", 0.0)
                .containsEntry("gateway_route_instances_total{route=\"all\"}", 12.0)
                .containsEntry("gateway_commitments_open{sender=\"CT1\"}", 1.0)
                .containsEntry("gateway_commitments_total{result=\"successful\",sender=\"CT1\"}", 3.0)
                .containsEntry("gateway_commitments_total{result=\"failed\",sender=\"CT1\"}", 1.0)
                .containsEntry("gateway_rules_version", 7.0)
                .containsEntry("gateway_rules_broken", 0.0)
                .containsEntry("gateway_certificate_expiry_seconds{file=\"/conf/gateway.crt\"}", 1772452800.0)
                .containsEntry("gateway_cluster_keeps", 1.0)
                .containsEntry("gateway_cluster_gateways{state=\"working\"}", 2.0)
                .containsEntry("gateway_cluster_gateways{state=\"lost\"}", 1.0)
                .containsEntry("gateway_receiver_open", 1.0);
        admin.controls.pauseReceiver("");
        admin.controls.pause("a", "new disk");
        assertThat(samples(scrape()))
                .containsEntry("gateway_receiver_open", 0.0)
                .containsEntry("gateway_destination_state{destination=\"a\",state=\"up\"}", 0.0)
                .containsEntry("gateway_destination_state{destination=\"a\",state=\"paused\"}", 1.0);
    }

    @Test
    void the_page_says_of_each_what_the_program_says() throws Exception {
        List<String> documented = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(ProjectRoot.path().resolve("docs/metrics.md")));
        while (row.find()) {
            documented.add(row.group(0));
        }
        assertThat(documented)
                .containsExactlyElementsOf(Stream.of(Metric.values())
                        .map(metric -> "| `" + metric.text() + "` | "
                                + metric.kind().name().toLowerCase(Locale.ROOT) + " | "
                                + String.join(", ", metric.labels()) + " | " + metric.help() + " |")
                        .toList());
    }

    @Test
    void promtool_has_nothing_to_say_against_what_is_scraped() throws Exception {
        assertThat(Promtool.checkMetrics(scrape())).isEmpty();
    }

    @Test
    void the_alerts_are_sound_and_are_raised_when_they_should() throws Exception {
        Path alerts = ProjectRoot.path().resolve("deploy/prometheus");
        Promtool.run(alerts, "check", "config", "--lint=all", "--lint-fatal", "prometheus.yml");
        assertThat(Promtool.run(alerts, "test", "rules", "alerts_test.yml")).contains("SUCCESS");
        assertThat(namesIn(Files.readString(alerts.resolve("alerts.yml")))).isSubsetOf(names());
    }

    @Test
    void each_alert_is_tested() throws Exception {
        Path alerts = ProjectRoot.path().resolve("deploy/prometheus");
        String tests = Files.readString(alerts.resolve("alerts_test.yml"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(alerts.resolve("alerts.yml")));
        int count = 0;
        while (alert.find()) {
            assertThat(tests).contains("alertname: " + alert.group(1), "alertname=\"" + alert.group(1) + "\"");
            count++;
        }
        assertThat(count).isGreaterThan(10);
    }

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(text);
        while (name.find()) {
            names.add(name.group().replaceAll("_(bucket|count|sum)$", ""));
        }
        return names;
    }

    private static List<String> names() {
        return Stream.of(Metric.values()).map(Metric::text).toList();
    }

    private static Map<String, Double> samples(String scraped) {
        Map<String, Double> samples = new TreeMap<>();
        Matcher sample = SAMPLE.matcher(scraped);
        while (sample.find()) {
            String labels = sample.group(2);
            samples.put(
                    sample.group(1) + (labels == null ? "" : "{" + labels + "}"), Double.parseDouble(sample.group(3)));
        }
        return samples;
    }

    private String scrape() throws IOException, InterruptedException {
        return admin.get("/metrics").body();
    }
}
