package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.observe.Prometheus;
import org.dicomgateway.testkit.observe.Promtool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard under deploy/, held to what a Prometheus makes of it that scrapes a gateway. */
@Tag("slow")
class GrafanaDashboardTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String DATASOURCE = "${datasource}";

    /** As Grafana fills in its own variable and, of the dashboard's, "All". */
    private static final String RATE_INTERVAL = "1m";

    private static final String ALL = ".*";

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    @TempDir
    private Path folder;

    private final JsonNode dashboard = dashboard();

    private static JsonNode dashboard() {
        try {
            return JsonMapper.shared()
                    .readTree(Files.readString(ProjectRoot.path().resolve("deploy/grafana/dashboard.json")));
        } catch (IOException e) {
            throw new IllegalStateException("deploy/grafana/dashboard.json cannot be read", e);
        }
    }

    @Test
    void every_expression_gives_something_in_a_Prometheus_that_scrapes_a_gateway() throws Exception {
        Happenings.letEverythingHappen(admin.telemetry);
        List<String> expressions =
                expressions().map(GrafanaDashboardTest::filledIn).toList();
        assertThat(expressions).hasSizeGreaterThan(30).noneMatch(expression -> expression.contains("$"));
        try (Prometheus prometheus = new Prometheus(folder, admin.port())) {
            await().atMost(LIMIT).untilAsserted(() -> {
                List<String> without = new ArrayList<>();
                for (String expression : expressions) {
                    JsonNode answer = prometheus.query(expression);
                    if (answer.at("/data/result").isEmpty()) {
                        without.add(expression + ": " + answer);
                    }
                }
                assertThat(without).isEmpty();
            });
        }
    }

    @Test
    void promtool_has_nothing_to_say_against_its_expressions() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        List<String> expressions =
                expressions().map(GrafanaDashboardTest::filledIn).toList();
        for (int i = 0; i < expressions.size(); i++) {
            rules.append("      - record: panel:n%d%n        expr: '%s'%n".formatted(i, expressions.get(i)));
        }
        Files.writeString(folder.resolve("dashboard.yml"), rules);
        assertThat(Promtool.run(folder, "check", "rules", "--lint=none", "dashboard.yml"))
                .contains("SUCCESS: " + expressions.size() + " rules found");
    }

    @Test
    void every_panel_says_what_it_shows_in_which_unit_and_asks_the_datasource_that_is_chosen() {
        List<JsonNode> panels = panels().toList();
        assertThat(panels).hasSizeGreaterThan(20);
        for (JsonNode panel : panels) {
            String title = panel.at("/title").asString("");
            assertThat(title).isNotBlank();
            assertThat(panel.at("/description").asString("")).as(title).isNotBlank();
            assertThat(panel.at("/fieldConfig/defaults/unit").asString(""))
                    .as(title)
                    .isNotBlank();
            assertThat(panel.at("/datasource/uid").asString("")).as(title).isEqualTo(DATASOURCE);
            assertThat(panel.at("/targets").isEmpty()).as(title).isFalse();
            panel.at("/targets").forEach(target -> {
                assertThat(target.at("/datasource/uid").asString("")).as(title).isEqualTo(DATASOURCE);
                assertThat(target.at("/expr").asString()).as(title).contains("instance=~\"$instance\"");
            });
        }
        assertThat(dashboard.at("/templating/list/0/type").asString()).isEqualTo("datasource");
        assertThat("${" + dashboard.at("/templating/list/0/name").asString() + "}")
                .isEqualTo(DATASOURCE);
    }

    @Test
    void panels_have_numbers_of_their_own_and_lie_side_by_side() {
        List<JsonNode> all = dashboard.get("panels").valueStream().toList();
        assertThat(all.stream().map(panel -> panel.get("id").asLong())).doesNotHaveDuplicates();
        List<String> cells = new ArrayList<>();
        for (JsonNode panel : all) {
            JsonNode place = panel.get("gridPos");
            int right = place.get("x").asInt() + place.get("w").asInt();
            assertThat(right).as(panel.get("title").asString()).isLessThanOrEqualTo(24);
            for (int x = place.get("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    cells.add(x + "," + (place.get("y").asInt() + y));
                }
            }
        }
        assertThat(cells).doesNotHaveDuplicates();
    }

    /** But the headings of rows. */
    private Stream<JsonNode> panels() {
        return dashboard
                .get("panels")
                .valueStream()
                .filter(panel -> !panel.get("type").asString().equals("row"));
    }

    /** Of the panels, and of the variables: they list the values of a label. */
    private Stream<String> expressions() {
        return Stream.concat(
                panels().flatMap(panel -> panel.get("targets").findValuesAsString("expr").stream()),
                dashboard.at("/templating/list").findValuesAsString("definition").stream()
                        .map(values ->
                                values.replaceAll("label_values\\((\\w+), (\\w+)\\)", "count by ($2) ($1{$2!=\"\"})")));
    }

    private static String filledIn(String expression) {
        return expression
                .replace("$__rate_interval", RATE_INTERVAL)
                .replace("$instance", ALL)
                .replace("$destination", ALL);
    }
}
