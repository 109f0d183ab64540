package org.dicomgateway;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table of docs/architecture.md as data: a stray package or arrow fails the build. */
class ArchitectureTest {

    private static final String ROOT = "org.dicomgateway.";

    /** Package → packages it may use. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry(
                    "app",
                    List.of(
                            "admin",
                            "audit",
                            "cli",
                            "config",
                            "dicom",
                            "security",
                            "observe",
                            "receive",
                            "spool",
                            "route",
                            "forward",
                            "orthanc",
                            "process")),
            Map.entry(
                    "cli",
                    List.of(
                            "admin",
                            "config",
                            "dicom",
                            "security",
                            "observe",
                            "receive",
                            "spool",
                            "route",
                            "forward",
                            "orthanc")),
            Map.entry("admin", List.of("spool", "observe", "config", "orthanc", "dicom", "security", "process")),
            Map.entry("audit", List.of("spool", "config", "dicom", "security", "process")),
            Map.entry("config", List.of("dicom", "security")),
            Map.entry("dicom", List.of("security", "process")),
            Map.entry("process", List.of()),
            Map.entry("security", List.of()),
            Map.entry("observe", List.of("dicom")),
            Map.entry("receive", List.of("spool", "config", "observe", "dicom", "security")),
            Map.entry("spool", List.of("config", "observe", "dicom", "process")),
            Map.entry("route", List.of("spool", "config", "dicom")),
            Map.entry("forward", List.of("spool", "config", "observe", "dicom", "process")),
            Map.entry("orthanc", List.of("config", "dicom")));

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.dicomgateway");

    @TestFactory
    Stream<DynamicTest> a_package_uses_only_what_the_table_allows() {
        return MAY_USE.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String[] allowed = Stream.concat(Stream.of(entry.getKey()), entry.getValue().stream())
                            .map(name -> ROOT + name + "..")
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage(ROOT + entry.getKey() + "..")
                            .should()
                            .dependOnClassesThat(resideInAnyPackage("org.dicomgateway..")
                                    .and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                            .check(PRODUCTION);
                }));
    }

    @Test
    void every_class_stands_in_a_package_of_the_table() {
        String[] known =
                MAY_USE.keySet().stream().map(name -> ROOT + name + "..").toArray(String[]::new);
        classes().should().resideInAnyPackage(known).check(PRODUCTION);
    }

    @Test
    void only_dicom_knows_the_toolkit() {
        confine("org.aoju..", "dicom");
    }

    @Test
    void only_config_knows_the_HOCON_library() {
        confine("com.typesafe..", "config");
    }

    @Test
    void only_the_spool_knows_SQL() {
        confine("java.sql..", "spool");
        confine("org.flywaydb..", "spool");
    }

    @Test
    void only_admin_knows_the_web_server() {
        confine("io.javalin..", "admin");
        confine("org.eclipse.jetty..", "admin");
    }

    @Test
    void only_observe_knows_the_metrics_library() {
        confine("io.micrometer..", "observe");
        confine("io.prometheus..", "observe");
    }

    @Test
    void routing_has_no_clock_and_no_IO() {
        DescribedPredicate<JavaClass> worldly =
                resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..");
        noClasses()
                .that()
                .resideInAPackage(ROOT + "route..")
                .should()
                .dependOnClassesThat(worldly)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(PRODUCTION);
    }

    /** An executor keeps what its work throws in a future that nobody asks, and goes on without doing the work. */
    @Test
    void nothing_that_runs_for_long_is_left_to_an_executor() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "cli..")
                // It only executes, which keeps no future: an Error reaches the thread's handler.
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "admin.server.Workers")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "admin.server.Workers$Examination")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.util.concurrent.ExecutorService.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.concurrent.Executors.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.Timer.class)
                .check(PRODUCTION);
    }

    /** See org.dicomgateway.process: an Error ends the process. Whoever has to tell others first throws it again. */
    @Test
    void an_Error_that_is_caught_is_thrown_again() throws IOException {
        Pattern caught = Pattern.compile("\\} catch \\((?:[^)]*\\| )?(?:Throwable|\\w*Error) (\\w+)\\) \\{");
        List<String> swallowed = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            Matcher matcher = caught.matcher(source);
            while (matcher.find()) {
                String block = source.substring(matcher.end(), source.indexOf("\n        }", matcher.end()));
                if (!block.contains("throw " + matcher.group(1) + ";")) {
                    swallowed.add(file.getFileName() + ": " + matcher.group());
                }
            }
        }
        assertThat(swallowed).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> all = Files.walk(ProjectRoot.path().resolve("gateway/src/main/java"))) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static void confine(String library, String owner) {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + owner + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .allowEmptyShould(true)
                .check(PRODUCTION);
    }
}
