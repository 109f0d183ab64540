package org.dicomgateway;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Table and picture of docs/architecture.md as data: a stray package or arrow fails the build. */
class ArchitectureTest {

    private static final String ROOT = "org.dicomgateway.";

    /** Stage → stages it may use. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            stage(
                    "app",
                    "admin audit cli cluster commit config dicom events forward observe orthanc process receive route security spool transcode transform verify"),
            stage(
                    "cli",
                    "admin config conformance dicom forward observe orthanc receive route security spool transform"),
            stage("admin", "config dicom http observe process security spool"),
            stage("audit", "config dicom process security spool"),
            stage("config", "dicom security"),
            stage("dicom", "process security"),
            stage("process", ""),
            stage("security", ""),
            stage("observe", "dicom"),
            stage("receive", "config dicom http observe process security spool"),
            stage("http", "security"),
            stage("spool", "config dicom observe process"),
            stage("route", "config dicom spool"),
            stage("cluster", "config dicom forward process spool"),
            stage("conformance", "config dicom forward receive security spool"),
            stage("commit", "config dicom orthanc process spool"),
            stage("forward", "config dicom observe orthanc process spool transcode transform"),
            stage("transcode", "config dicom spool"),
            stage("events", "commit config dicom forward orthanc process security spool"),
            stage("transform", "config dicom route security spool"),
            stage("orthanc", "config dicom security"),
            stage("verify", "config dicom orthanc process spool"));

    /** Room → rooms of the same stage that it may use; {@code spool} by itself is the roles, which every room sees. */
    private static final Map<String, List<String>> ROOMS = Map.ofEntries(
            stage("app.cluster", ""),
            stage("admin.api", ""),
            stage("admin.cluster", ""),
            stage("admin.events", "admin.api"),
            stage("admin.access", "admin.api"),
            stage("admin.server", "admin.api admin.access admin.cluster admin.events"),
            stage("cli.common", ""),
            stage("cli.check", "cli.common"),
            stage("cli.inspect", "cli.common"),
            stage("cli.log", "cli.common"),
            stage("cli.operate", "cli.common"),
            stage("cli.send", "cli.common"),
            stage("config.match", ""),
            stage("config.events", ""),
            stage("config.transform", "config.match"),
            stage("config.settings", "config.events config.match config.transform"),
            stage("config.hocon", "config.settings"),
            stage("config.reader", "config.events config.hocon config.match config.settings config.transform"),
            stage("dicom.values", ""),
            stage("dicom.wire", "dicom.values"),
            stage("dicom.dataset", "dicom.values"),
            stage("dicom.rewrite", "dicom.dataset dicom.values"),
            stage("dicom.commitment", "dicom.dataset dicom.values dicom.wire"),
            stage("dicom.acceptor", "dicom.commitment dicom.values dicom.wire"),
            stage("dicom.requestor", "dicom.commitment dicom.values dicom.wire"),
            stage("dicom.synthetic", "dicom.values dicom.synthetic.template"),
            stage("dicom.synthetic.template", "dicom.values"),
            stage("forward.outcome", ""),
            stage("forward.health", "forward.outcome"),
            stage("forward.association", "forward.health forward.outcome"),
            stage("forward.lane", "forward.association forward.health forward.outcome"),
            stage("forward.web", "forward.association forward.outcome"),
            stage("receive", ""),
            stage("receive.web", "receive"),
            stage("spool", ""),
            stage("spool.disk", "spool"),
            stage("spool.log", "spool spool.disk"),
            stage("spool.ledger", "spool spool.log"),
            stage("spool.journal", "spool spool.disk spool.ledger spool.log"),
            stage("spool.sqlite", "spool spool.ledger spool.log"),
            stage("spool.search", "spool spool.ledger spool.sqlite"),
            stage("spool.intake", "spool spool.disk spool.ledger spool.log"),
            stage("spool.dispatch", "spool spool.journal spool.ledger spool.log spool.search"),
            stage("spool.recovery", "spool spool.disk spool.dispatch spool.journal spool.ledger spool.log"),
            stage("spool.upkeep", "spool spool.disk spool.dispatch spool.intake spool.journal spool.ledger spool.log"));

    /** Rooms of which other stages see only these types. */
    private static final Map<String, List<String>> DOORS = Map.of("spool.engine", List.of("Spool", "SpoolReader"));

    private static final Path MAIN = ProjectRoot.path().resolve("gateway/src/main/java");
    private static final Path TESTS = ProjectRoot.path().resolve("gateway/src/test/java");
    private static final int MAX_TYPES = 25;
    private static final int MAX_COLUMNS = 120;

    private static Map.Entry<String, List<String>> stage(String name, String mayUse) {
        return Map.entry(name, mayUse.isEmpty() ? List.of() : List.of(mayUse.split(" ")));
    }

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

    @TestFactory
    Stream<DynamicTest> a_room_uses_only_what_the_table_allows() {
        return ROOMS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String room = ROOT + entry.getKey();
                    String[] allowed = Stream.concat(
                                    Stream.of(room), entry.getValue().stream().map(ROOT::concat))
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage(room)
                            .should()
                            .dependOnClassesThat(resideInAPackage(ROOT + stageOf(entry.getKey()) + "..")
                                    .and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                            .check(PRODUCTION);
                }));
    }

    private static String stageOf(String room) {
        return room.contains(".") ? room.substring(0, room.indexOf('.')) : room;
    }

    @Test
    void every_room_of_a_stage_is_in_the_table() {
        assertThat(PRODUCTION.stream()
                        .map(type -> type.getPackageName().substring(ROOT.length()))
                        .filter(room -> room.contains("."))
                        .filter(room -> !room.equals("spool.engine")))
                .isSubsetOf(ROOMS.keySet());
    }

    @Test
    void rooms_have_no_circles() {
        slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(PRODUCTION);
    }

    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }

    @Test
    void others_see_the_roles_of_the_spool_and_of_its_engine_what_opens_it() {
        Set<String> doors = DOORS.entrySet().stream()
                .flatMap(room -> room.getValue().stream().map(type -> ROOT + room.getKey() + "." + type))
                .collect(toSet());
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "spool..")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "spool..")
                        .and(DescribedPredicate.not(resideInAPackage(ROOT + "spool")))
                        .and(DescribedPredicate.describe(
                                "are not its doors",
                                type -> !doors.contains(outermost(type).getName()))))
                .check(PRODUCTION);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "spool..", ROOT + "app..", ROOT + "cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "spool.engine")
                .check(PRODUCTION);
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    @Test
    void a_folder_has_no_more_types_than_one_sees_at_a_glance_and_says_what_it_is() throws IOException {
        Map<Path, Long> types = new TreeMap<>();
        Set<Path> packages = new HashSet<>();
        Set<Path> described = new HashSet<>();
        for (Path root : List.of(MAIN, TESTS)) {
            for (Path file : sources(root)) {
                Path folder = file.getParent();
                if (file.endsWith("package-info.java")) {
                    described.add(root.relativize(folder));
                } else {
                    packages.add(root.relativize(folder));
                    types.merge(folder, 1L, Long::sum);
                }
            }
            // Tests stand in the package of what they test, which its own package-info describes.
            assertThat(described).containsAll(packages);
        }
        types.values().removeIf(number -> number <= MAX_TYPES);
        assertThat(types).as("folders with more than " + MAX_TYPES + " types").isEmpty();
    }

    @Test
    void the_document_has_the_same_packages_and_arrows() throws IOException {
        String document = Files.readString(ProjectRoot.path().resolve("docs/architecture.md"));
        Map<String, List<String>> told = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `(\\w+)` \\|.*\\| ([^|]+) \\|$").matcher(document);
        while (row.find()) {
            told.put(
                    row.group(1),
                    row.group(2).equals("–") ? List.of() : List.of(row.group(2).split(", ")));
        }
        assertThat(told).isEqualTo(new TreeMap<>(MAY_USE));

        Set<String> arrows = ROOMS.entrySet().stream()
                .filter(room -> room.getKey().contains("."))
                .flatMap(room -> room.getValue().stream()
                        .filter(used -> used.contains("."))
                        .map(used -> room.getKey() + " --> " + used))
                .collect(toSet());
        Set<String> drawn = new HashSet<>();
        Matcher arrow = Pattern.compile("(?m)^ *(\\w+) --> (\\w+)$").matcher(document);
        while (arrow.find()) {
            drawn.add((arrow.group(1) + " --> " + arrow.group(2)).replace('_', '.'));
        }
        assertThat(drawn).isEqualTo(arrows);
    }

    @Test
    void every_class_stands_in_a_package_of_the_table() {
        String[] known =
                MAY_USE.keySet().stream().map(name -> ROOT + name + "..").toArray(String[]::new);
        classes().should().resideInAnyPackage(known).check(PRODUCTION);
    }

    /** A lane asks for a form that the destination takes; which codec makes it, nobody else knows. */
    @Test
    void codecs_and_their_processes_stay_in_their_room() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "transcode..")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "transcode..")
                        .and(DescribedPredicate.describe(
                                "are codecs",
                                type -> !Set.of("Transcoder", "Transcoded")
                                        .contains(outermost(type).getSimpleName()))))
                .check(PRODUCTION);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "forward..")
                .and(DescribedPredicate.describe(
                        "do not prepare what is sent or hand it on",
                        type -> !Set.of("OutgoingInstances", "Lane", "Forwarder")
                                .contains(outermost(type).getSimpleName())))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "transcode..")
                .check(PRODUCTION);
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
    void only_the_spool_the_cluster_and_the_store_of_events_know_SQL() {
        confine("java.sql..", "spool", "cluster", "events");
        confine("org.flywaydb..", "cluster");
        confine("org.sqlite..", "spool");
        confine("org.postgresql..", "cluster");
        confine("com.zaxxer..", "cluster");
    }

    @Test
    void only_the_operators_interface_and_the_web_listener_know_the_web_server() {
        confine("io.javalin..", "admin");
        confine("org.eclipse.jetty..", "admin", "http", "receive.web");
    }

    @Test
    void only_the_web_listener_knows_the_library_for_tokens() {
        confine("com.nimbusds..", "receive.web");
    }

    @Test
    void only_events_knows_the_mail_library() {
        confine("jakarta.mail..", "events");
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

    @Test
    void comments_fit_in_120_columns() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path file : sources(MAIN)) {
            Files.readAllLines(file).stream()
                    .filter(line -> line.length() > MAX_COLUMNS)
                    .filter(line -> line.strip().startsWith("*") || line.contains("//") || line.contains("/*"))
                    .forEach(line -> wide.add(file.getFileName() + ": " + line.strip()));
        }
        assertThat(wide).isEmpty();
    }

    /** See org.dicomgateway.process: an Error ends the process. Whoever has to tell others first throws it again. */
    @Test
    void an_Error_that_is_caught_is_thrown_again() throws IOException {
        Pattern caught = Pattern.compile("\\} catch \\((?:[^)]*\\| )?(?:Throwable|\\w*Error) (\\w+)\\) \\{");
        List<String> swallowed = new ArrayList<>();
        for (Path file : sources(MAIN)) {
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

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static void confine(String library, String... owners) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        Stream.of(owners).map(owner -> ROOT + owner + "..").toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .allowEmptyShould(true)
                .check(PRODUCTION);
    }
}
