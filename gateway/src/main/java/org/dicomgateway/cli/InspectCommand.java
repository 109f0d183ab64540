package org.dicomgateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Asks Orthanc servers over REST what they hold, and shows it side by side. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows side by side what several Orthanc servers hold, asked over their REST API.",
            "",
            "Without --server it asks those that have a configuration in the orthanc folder, with the login from there."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every server answered and holds what was expected",
            "1:a server did not answer, or holds another number of instances than expected",
            "2:wrong usage, or no server to ask"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  inspect",
            "  inspect --server archive=http://archive:8042 --user operator --password-file /run/secrets/orthanc",
            "  inspect --studies 0 --expect-instances 20 --wait 60"
        })
public final class InspectCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int POLL_MILLIS = 250;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Option(
            names = "--server",
            paramLabel = "NAME=URL",
            description = "A server to ask instead of the configured ones; may be given several times.")
    private Map<String, URI> servers = new LinkedHashMap<>();

    @Option(
            names = "--orthanc-dir",
            paramLabel = "DIR",
            description = "Folder with the servers' JSON configurations (default: orthanc in the gateway's home).")
    private @Nullable Path orthancDirectory;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Login (default: ORTHANC_USER, or what is configured).")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the password (default: ORTHANC_PASSWORD, or what is configured).")
    private @Nullable Path passwordFile;

    @Option(
            names = "--studies",
            paramLabel = "N",
            defaultValue = "20",
            description = "Studies to show (default: ${DEFAULT-VALUE}); 0 asks for totals only.")
    private int maxStudies;

    @Option(names = "--show-patients", description = "Show names and IDs of patients, and study descriptions.")
    private boolean showPatients;

    @Option(names = "--json", description = "Write JSON instead of a table.")
    private boolean json;

    @Option(
            names = "--expect-instances",
            paramLabel = "N",
            description = "Exit with 1 unless every server holds exactly N instances.")
    private @Nullable Long expected;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "With --expect-instances: wait up to so long until they do.")
    private int waitSeconds;

    @Override
    public Integer call() throws InterruptedException {
        List<InspectTarget> targets;
        try {
            targets = targets();
        } catch (IOException e) {
            return fail(ExitCode.MISUSED, e.getMessage());
        }
        Map<InspectTarget, OrthancClient> clients = new LinkedHashMap<>();
        targets.forEach(target -> clients.put(target, new OrthancClient(target.url(), target.login())));
        awaitExpected(clients.values());
        List<String> trouble = new ArrayList<>();
        List<Inventory> inventories = inventories(clients, trouble);
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(InventoryJson.of(inventories, showPatients, JSON));
        } else if (!inventories.isEmpty()) {
            new InventoryTable(inventories, maxStudies, showPatients).lines().forEach(out::println);
        }
        out.flush();
        return trouble.isEmpty() ? ExitCode.DONE : fail(ExitCode.FAILED, String.join(System.lineSeparator(), trouble));
    }

    private List<InspectTarget> targets() throws IOException {
        boolean loginGiven = user != null || passwordFile != null;
        Map<String, String> environment = System.getenv();
        if (!servers.isEmpty()) {
            return InspectTarget.named(servers, InspectTarget.login(user, passwordFile, environment));
        }
        Path directory = orthancDirectory != null
                ? orthancDirectory
                : ConfigurationFile.home().resolve("orthanc");
        if (!Files.isDirectory(directory)) {
            throw new IOException(
                    "no folder " + directory + " with Orthanc configurations: name it with --orthanc-dir, "
                            + "or the servers with --server NAME=URL");
        }
        List<InspectTarget> targets = InspectTarget.configuredIn(
                directory,
                environment,
                loginGiven ? Optional.of(InspectTarget.login(user, passwordFile, environment)) : Optional.empty());
        if (targets.isEmpty()) {
            throw new IOException("no *.json in " + directory + ": name the servers with --server NAME=URL");
        }
        return targets;
    }

    private void awaitExpected(Iterable<OrthancClient> clients) throws InterruptedException {
        if (expected == null) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
        while (!allHold(clients, expected) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static boolean allHold(Iterable<OrthancClient> clients, long expected) {
        for (OrthancClient client : clients) {
            try {
                if (client.statistics().instances() != expected) {
                    return false;
                }
            } catch (OrthancException notNow) {
                return false;
            }
        }
        return true;
    }

    private List<Inventory> inventories(Map<InspectTarget, OrthancClient> clients, List<String> trouble) {
        List<Inventory> inventories = new ArrayList<>();
        clients.forEach((target, client) -> {
            try {
                Inventory inventory = Inventory.ask(target.name(), client, maxStudies > 0);
                inventories.add(inventory);
                long held = inventory.statistics().instances();
                if (expected != null && held != expected) {
                    trouble.add(target.name() + " holds " + held + " instances, expected are " + expected);
                }
            } catch (OrthancException e) {
                trouble.add(target.name() + ": " + e.getMessage());
            }
        });
        return inventories;
    }

    private int fail(int exitCode, @Nullable String message) {
        PrintWriter err = command.commandLine().getErr();
        err.println(message);
        err.flush();
        return exitCode;
    }
}
