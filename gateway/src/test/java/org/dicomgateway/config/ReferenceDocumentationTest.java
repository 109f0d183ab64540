package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Reference;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Holds docs/configuration.md against what the gateway does. */
class ReferenceDocumentationTest {

    /** A row of a table of keys: key, type, default, meaning. */
    private static final Pattern ROW =
            Pattern.compile("^\\| `([^`]+)` \\| [^|]+ \\| (?:`([^`]*)`|([a-z ]+)) \\| [^|]+ \\|$", Pattern.MULTILINE);

    private static final Pattern EXAMPLE = Pattern.compile("```hocon\\n# (\\S+)\\n(.*?)```", Pattern.DOTALL);

    /** What the reader of a file knows beyond the keys that have a default. */
    private static final List<String> WITHOUT_DEFAULT = List.of(
            "gateway.admin.users.NAME.role",
            "gateway.admin.users.NAME.password-hash",
            "gateway.admin.users.NAME.token-hash",
            "gateway.admin.health.port",
            "gateway.listener-defaults.proxy-protocol.from",
            "gateway.listener-defaults.calling-ae",
            "gateway.listener-defaults.auth.users.NAME.password-hash",
            "gateway.listener-defaults.auth.jwt.issuer",
            "gateway.listener-defaults.auth.jwt.audience",
            "gateway.listener-defaults.auth.jwt.jwks",
            "gateway.cluster.node",
            "gateway.cluster.postgresql.url",
            "gateway.cluster.postgresql.password",
            "gateway.cluster.postgresql.password-file",
            "gateway.audit.site-id",
            "gateway.audit.syslog.host",
            "senders.NAME.ae-title",
            "senders.NAME.host",
            "senders.NAME.port",
            "destinations.NAME.ae-title",
            "destinations.NAME.host",
            "destinations.NAME.port",
            "destinations.NAME.rest.url",
            "destinations.NAME.dicomweb.url",
            "destinations.NAME.transform",
            "events.NAME.on",
            "events.NAME.webhook.url",
            "events.NAME.webhook.secret-file",
            "events.NAME.mail.to",
            "event-defaults.mail.from",
            "event-defaults.mail.smtp",
            "event-defaults.mail.user",
            "event-defaults.mail.password",
            "event-defaults.mail.password-file",
            "transforms.NAME.when",
            "transforms.NAME.set",
            "transforms.NAME.replace.ATTRIBUTE.regex",
            "transforms.NAME.replace.ATTRIBUTE.with",
            "transforms.NAME.map.ATTRIBUTE.file",
            "transforms.NAME.map.ATTRIBUTE.otherwise",
            "transforms.NAME.copy",
            "transforms.NAME.remove",
            "transforms.NAME.profile",
            "transforms.NAME.options",
            "transforms.NAME.key-file",
            "transforms.NAME.patient-id.prefix",
            "transforms.NAME.patient-id.map.file",
            "transforms.NAME.patient-id.map.otherwise",
            "transforms.NAME.dates.shift-within",
            "transforms.NAME.burned-in",
            "transforms.NAME.masks",
            "transforms.NAME.descriptors-file",
            "transforms.NAME.private.keep",
            "transforms.NAME.record-original",
            "destination-defaults.schedule.zone",
            "destination-defaults.tls.server-name",
            "tls.certificate",
            "tls.key",
            "tls.key-store",
            "tls.password",
            "tls.password-file",
            "tls.trust",
            "access[].name",
            "access[].calling-ae",
            "access[].called-ae",
            "access[].remote-host",
            "access[].certificate",
            "access[].user",
            "access[].sop-class",
            "access[].transfer-syntaxes",
            "users.NAME.password-hash",
            "destination-defaults.rest.user",
            "destination-defaults.rest.password",
            "destination-defaults.rest.password-file",
            "destination-defaults.dicomweb.user",
            "destination-defaults.dicomweb.password",
            "destination-defaults.dicomweb.password-file",
            "destination-defaults.dicomweb.auth.bearer-file",
            "destination-defaults.dicomweb.auth.client-credentials.token-url",
            "destination-defaults.dicomweb.auth.client-credentials.client-id",
            "destination-defaults.dicomweb.auth.client-credentials.secret-file",
            "destination-defaults.dicomweb.auth.client-credentials.scope",
            "route-defaults.schedule.zone",
            "schedule.windows[].days",
            "schedule.windows[].from",
            "schedule.windows[].to",
            "routes[].name",
            "routes[].match",
            "routes[].to",
            "match.calling-ae",
            "match.called-ae",
            "match.remote-host",
            "match.modality",
            "match.sop-class",
            "match.transfer-syntax",
            "match.tags",
            "match.not");

    private static final String TEXT = read();

    @TempDir
    private Path folder;

    @Test
    void every_key_with_a_default_is_documented_with_it_and_no_other() {
        Map<String, String> documented = new TreeMap<>();
        ROW.matcher(TEXT)
                .results()
                .filter(row -> row.group(2) != null)
                .forEach(row -> documented.put(row.group(1), row.group(2)));
        assertThat(documented).isEqualTo(defaults());
    }

    @Test
    void every_key_without_a_default_is_documented_and_no_other() {
        assertThat(ROW.matcher(TEXT)
                        .results()
                        .filter(row -> row.group(2) == null)
                        .map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(WITHOUT_DEFAULT);
    }

    @Test
    void every_default_has_a_comment_that_explains_it() {
        assertThat(leaves(Reference.root()))
                .allSatisfy((key, value) ->
                        assertThat(value.origin().comments()).as(key).isNotEmpty());
    }

    @TestFactory
    Stream<DynamicTest> every_example_can_be_loaded() {
        List<MatchResult> examples = EXAMPLE.matcher(TEXT).results().toList();
        assertThat(examples)
                .hasSizeGreaterThanOrEqualTo(3)
                .hasSize(Pattern.compile("```hocon")
                        .matcher(TEXT)
                        .results()
                        .toList()
                        .size());
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.group(1) + " at character " + example.start(),
                        () -> load(example.group(1), example.group(2))));
    }

    private void load(String file, String text) throws ConfigurationException {
        Written written = new Written(folder);
        if (text.contains("tls/")) {
            new Certificates(folder.resolve("tls")).make("gateway");
        }
        if (file.equals("gateway.conf")) {
            assertThat(written.gateway(text).listeners()).isNotEmpty();
        } else {
            String destinations = text.contains("destinations {") ? "" : Written.DESTINATIONS;
            assertThat(written.routing(destinations + text).routes()).isNotEmpty();
        }
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new TreeMap<>();
        leaves(Reference.root()).forEach((key, value) -> defaults.put(key, shown(value)));
        return defaults;
    }

    private static Map<String, ConfigValue> leaves(ConfigObject object) {
        Map<String, ConfigValue> leaves = new TreeMap<>();
        object.forEach((key, value) -> {
            if (value instanceof ConfigObject inner) {
                leaves(inner).forEach((rest, leaf) -> leaves.put(key + "." + rest, leaf));
            } else {
                leaves.put(key, value);
            }
        });
        return leaves;
    }

    private static String shown(ConfigValue value) {
        if (value instanceof ConfigList list) {
            List<String> elements = new ArrayList<>();
            list.forEach(element -> elements.add(shown(element)));
            return elements.stream().collect(Collectors.joining(", ", "[", "]"));
        }
        return String.valueOf(value.unwrapped());
    }

    private static String read() {
        try {
            return Files.readString(ProjectRoot.path().resolve("docs/configuration.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
