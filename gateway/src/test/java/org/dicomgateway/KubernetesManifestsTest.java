package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What deploy/kubernetes makes: rendered by kustomize, and read as strictly as the API reads it. */
@ParameterizedClass
@ValueSource(strings = {"single", "cluster"})
class KubernetesManifestsTest {

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "ConfigMap", ConfigMap.class,
            "Service", Service.class,
            "StatefulSet", StatefulSet.class,
            "NetworkPolicy", NetworkPolicy.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            // The operator's own: the API of Kubernetes does not know its fields.
            "Cluster", GenericKubernetesResource.class,
            "ServiceMonitor", ServiceMonitor.class);

    /** The models take unknown fields into a map; here they are errors. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final boolean cluster;
    private final Path overlay;

    @TempDir
    private Path folder;

    private List<HasMetadata> objects;

    KubernetesManifestsTest(String name) {
        cluster = name.equals("cluster");
        overlay = ProjectRoot.path().resolve("deploy/kubernetes/overlays").resolve(name);
    }

    @BeforeEach
    void render() throws Exception {
        String rendered =
                Dcmtk.run("kustomize", "build", overlay.toString()).orFail().output();
        objects = Stream.of(rendered.split("(?m)^---$"))
                .map(KubernetesManifestsTest::read)
                .toList();
    }

    private static HasMetadata read(String yaml) {
        JsonNode tree = new YAMLMapper().readTree(yaml);
        Class<? extends HasMetadata> kind = KINDS.get(tree.get("kind").asString());
        try {
            ObjectMapper mapper = kind == GenericKubernetesResource.class ? new ObjectMapper() : STRICT;
            return mapper.readValue(tree.toString(), kind);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void a_field_that_the_API_does_not_know_is_found() {
        assertThatThrownBy(() -> read("{kind: Service, apiVersion: v1, spec: {portz: []}}"))
                .hasMessageContaining("portz");
        assertThatThrownBy(
                        () -> read("{kind: StatefulSet, spec: {template: {spec: {containers: [{readyProbe: {}}]}}}}"))
                .hasMessageContaining("readyProbe");
    }

    @Test
    void there_is_everything_and_nothing_refers_to_what_is_not_there() {
        assertThat(objects)
                .extracting(HasMetadata::getKind)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(
                                        "ConfigMap",
                                        "ConfigMap",
                                        "Service",
                                        "Service",
                                        "StatefulSet",
                                        "NetworkPolicy",
                                        "ServiceMonitor"),
                                cluster ? Stream.of("PodDisruptionBudget", "Cluster") : Stream.of())
                        .toList());
        StatefulSet set = only(StatefulSet.class);
        Map<String, String> labels = set.getSpec().getTemplate().getMetadata().getLabels();
        assertThat(labels).containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
        List<String> ports =
                container().getPorts().stream().map(port -> port.getName()).toList();
        all(Service.class).forEach(service -> {
            assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
            assertThat(service.getSpec().getPorts())
                    .allSatisfy(port ->
                            assertThat(ports).contains(port.getTargetPort().getStrVal()));
        });
        assertThat(all(Service.class))
                .extracting(service -> service.getMetadata().getName())
                .contains(set.getSpec().getServiceName());
        all(PodDisruptionBudget.class)
                .forEach(budget -> assertThat(labels)
                        .containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels()));
        assertThat(only(NetworkPolicy.class).getSpec().getIngress())
                .flatExtracting(rule -> rule.getPorts())
                .allSatisfy(port -> assertThat(ports).contains(port.getPort().getStrVal()));
        ServiceMonitor monitor = only(ServiceMonitor.class);
        assertThat(all(Service.class))
                .anySatisfy(service -> assertThat(service.getMetadata().getLabels())
                        .containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels()));
        List<String> maps = all(ConfigMap.class).stream()
                .map(map -> map.getMetadata().getName())
                .toList();
        assertThat(pod().getVolumes().stream()
                        .filter(volume -> volume.getConfigMap() != null)
                        .map(volume -> volume.getConfigMap().getName()))
                .containsExactlyInAnyOrderElementsOf(maps);
        List<String> volumes = Stream.concat(
                        pod().getVolumes().stream().map(Volume::getName),
                        set.getSpec().getVolumeClaimTemplates().stream()
                                .map(claim -> claim.getMetadata().getName()))
                .toList();
        assertThat(container().getVolumeMounts())
                .extracting(VolumeMount::getName)
                .containsExactlyInAnyOrderElementsOf(volumes);
    }

    @Test
    void the_pod_has_no_privileges_and_time_to_end() throws Exception {
        assertThat(pod().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod().getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container().getSecurityContext().getAllowPrivilegeEscalation())
                .isFalse();
        assertThat(container().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container().getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");

        List<String> preStop = container().getLifecycle().getPreStop().getExec().getCommand();
        assertThat(preStop).containsSubsequence("java", "drain", "--wait", "--timeout", "60s");
        Duration inOrder =
                Duration.ofSeconds(60).plus(settings().shutdownTimeout().multipliedBy(2));
        assertThat(pod().getTerminationGracePeriodSeconds()).isGreaterThan(inOrder.toSeconds());
    }

    @Test
    void one_gateway_has_its_volume_alone_and_several_have_a_database_with_a_standby() {
        StatefulSetSpec set = only(StatefulSet.class).getSpec();
        if (!cluster) {
            assertThat(set.getReplicas()).isEqualTo(1);
            assertThat(set.getVolumeClaimTemplates())
                    .singleElement()
                    .satisfies(claim ->
                            assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOncePod"));
            return;
        }
        assertThat(set.getReplicas()).isEqualTo(3);
        assertThat(set.getVolumeClaimTemplates()).isEmpty();
        assertThat(pod().getAffinity().getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution())
                .hasSize(1);
        GenericKubernetesResource database = only(GenericKubernetesResource.class);
        assertThat(database.<Integer>get("spec", "instances")).isEqualTo(3);
        assertThat(database.<Integer>get("spec", "postgresql", "synchronous", "number"))
                .isEqualTo(1);
        assertThat(database.<String>get("spec", "postgresql", "synchronous", "dataDurability"))
                .isEqualTo("required");
        String name = database.getMetadata().getName();
        assertThat(pod().getVolumes().stream()
                        .filter(volume -> volume.getSecret() != null)
                        .map(volume -> volume.getSecret().getSecretName()))
                .contains(name + "-app", name + "-ca");
        assertThat(all(ConfigMap.class).stream()
                        .map(map -> map.getData().get("gateway.conf"))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElseThrow())
                .contains("//" + name + "-rw/" + database.<String>get("spec", "bootstrap", "initdb", "database") + "?")
                .contains("user = " + database.<String>get("spec", "bootstrap", "initdb", "owner"));
    }

    @Test
    void the_configuration_is_right_and_its_ports_are_those_of_the_pod() throws Exception {
        GatewaySettings settings = settings();
        assertThat(port("dicom"))
                .isEqualTo(settings.listeners().get(0).acceptor().bind().getPort());
        assertThat(port("admin")).isEqualTo(settings.admin().address().getPort());
        assertThat(port("health"))
                .isEqualTo(settings.admin().health().orElseThrow().getPort());
        assertThat(Stream.of(
                                container().getStartupProbe(),
                                container().getLivenessProbe(),
                                container().getReadinessProbe())
                        .map(Probe::getHttpGet))
                .allSatisfy(probe -> {
                    assertThat(probe.getPort().getStrVal()).isEqualTo("health");
                    assertThat(probe.getPath()).matches("/health/(live|ready)");
                });
        assertThat(container().getVolumeMounts())
                .anyMatch(mount -> settings.spool().directory().startsWith(mount.getMountPath()));
    }

    /** Of gateway.conf as it is, with a login and a certificate in the places where the Secret brings them. */
    private GatewaySettings settings() throws Exception {
        String text = Files.readString(overlay.resolve("gateway.conf"));
        assertThat(text).contains("${GATEWAY_OPERATOR_HASH}", "${GATEWAY_MONITORING_HASH}");
        Certificates certificates = new Certificates(folder.resolve("tls")).make("gateway");
        Path password = Files.writeString(folder.resolve("password"), "secret");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        String hash = "\"sha256$" + "0".repeat(64) + '"';
        Path file = folder.resolve("gateway.conf");
        Files.writeString(
                file,
                text.replace("${GATEWAY_OPERATOR_HASH}", hash)
                        .replace("${GATEWAY_NODE}", "gw1")
                        .replace("/etc/dicom-gateway-database/password", password.toString())
                        .replace("${GATEWAY_MONITORING_HASH}", hash)
                        .replace(
                                "/etc/dicom-gateway-secret/tls.crt",
                                certificates.certificate("gateway").toString())
                        .replace(
                                "/etc/dicom-gateway-secret/tls.key",
                                certificates.key("gateway").toString())
                        .replace(
                                "/etc/dicom-gateway-rules/routing.conf",
                                overlay.resolve("../single/routing.conf").toString()));
        return Configuration.loadAll(file).gateway();
    }

    private int port(String name) {
        return container().getPorts().stream()
                .filter(port -> port.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
    }

    private Container container() {
        return pod().getContainers().get(0);
    }

    private PodSpec pod() {
        return only(StatefulSet.class).getSpec().getTemplate().getSpec();
    }

    private <T extends HasMetadata> T only(Class<T> kind) {
        List<T> found = all(kind);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private <T extends HasMetadata> List<T> all(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
