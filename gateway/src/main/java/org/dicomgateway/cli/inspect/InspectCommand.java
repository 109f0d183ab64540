package org.dicomgateway.cli.inspect;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancClient.Hit;
import org.dicomgateway.orthanc.OrthancException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Asks Orthanc servers by REST what they hold, and shows it side by side. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows side by side what several Orthanc servers hold, by their REST API, and what each one lacks.",
            "",
            "Without --server it asks the destinations of routing.conf that have a rest interface. If there is none, it"
                    + " asks those with a configuration in the orthanc folder, with the login from there."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every server answered and holds what was expected",
            "1:a server did not answer, or they do not hold what is expected",
            "2:wrong usage or configuration, or no server to ask",
            "4:no server holds what you asked for"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} --differing",
            "  ${COMMAND-FULL-NAME} --list series --patient 'SYN*'",
            "  ${COMMAND-FULL-NAME} 2.25.81 --preview image.png",
            "  ${COMMAND-FULL-NAME} --server archive=http://archive:8042 --user operator",
            "  ${COMMAND-FULL-NAME} --studies 0 --expect-instances 20 --wait 60"
        })
public final class InspectCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int POLL_MILLIS = 250;
    private static final int MAX_IDENTIFIER = 64;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Mixin
    private final InspectServers servers = new InspectServers();

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            description = "A UID, an Accession Number or a Patient ID: shows what is below it. For an instance, shows"
                    + " its attributes and the metadata of each server.")
    private @Nullable String what;

    @Mixin
    private final InspectQuery query = new InspectQuery();

    @Option(
            names = "--differing",
            description = "Only what is not the same on every server; exits with 1 when there is such a difference.")
    private boolean differing;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            converter = OptionConverters.OfLimit.class,
            description = "Rows of a list to show (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = "--preview",
            paramLabel = "FILE",
            description = "Write a picture of the instance to this file, as PNG.")
    private @Nullable Path preview;

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
            paramLabel = "TIME",
            converter = OptionConverters.OfDuration.class,
            description = "With --expect-instances: wait at most this long until they do; 60 means 60s.")
    private @Nullable Duration longest;

    @Override
    public Integer call() throws InterruptedException, ConfigurationException {
        List<InspectTarget> targets;
        try {
            targets = servers.targets();
        } catch (IOException e) {
            return fail(ExitCode.MISUSED, e.getMessage());
        }
        Map<InspectTarget, OrthancClient> clients = new LinkedHashMap<>();
        targets.forEach(target -> clients.put(target, target.client()));
        if (what != null) {
            return show(clients, what);
        }
        Optional<InspectQuery.Listing> listing = query.listing();
        if (listing.isPresent() || differing) {
            return list(clients, listing.orElse(new InspectQuery.Listing(Level.STUDY, Map.of())));
        }
        if (preview != null) {
            return fail(ExitCode.MISUSED, "--preview needs one instance: give its SOP Instance UID");
        }
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

    private int list(Map<InspectTarget, OrthancClient> clients, InspectQuery.Listing listing) {
        List<String> trouble = new ArrayList<>();
        List<Holdings> holdings = new ArrayList<>();
        clients.forEach((target, client) -> {
            try {
                holdings.add(Holdings.ask(target.name(), client, listing));
            } catch (OrthancException e) {
                trouble.add(target.name() + ": " + e.getMessage());
            }
        });
        PrintWriter out = command.commandLine().getOut();
        Comparison comparison = new Comparison(listing.level(), holdings, differing, showPatients);
        if (json) {
            out.println(comparison.json(JSON));
        } else if (!holdings.isEmpty()) {
            comparison.lines(limit).forEach(out::println);
        }
        out.flush();
        trouble.forEach(command.commandLine().getErr()::println);
        if (!trouble.isEmpty() || (differing && comparison.differing() > 0)) {
            return ExitCode.FAILED;
        }
        boolean nothing = holdings.stream().allMatch(held -> held.rows().isEmpty());
        return nothing && !listing.conditions().isEmpty() ? ExitCode.NOT_FOUND : ExitCode.DONE;
    }

    /** Asks every server for it. The first one that holds it decides its level and gives its attributes. */
    private int show(Map<InspectTarget, OrthancClient> clients, String identifier) {
        Map<InspectTarget, Hit> hits = new LinkedHashMap<>();
        List<String> trouble = new ArrayList<>();
        clients.forEach((target, client) -> {
            try {
                client.lookup(identifier).stream().findFirst().ifPresent(hit -> hits.put(target, hit));
            } catch (OrthancException e) {
                trouble.add(target.name() + ": " + e.getMessage());
            }
        });
        if (hits.isEmpty()) {
            int exitCode = trouble.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.FAILED;
            trouble.add("no server holds a patient, study, series or instance with this identifier: "
                    + Text.printable(identifier, MAX_IDENTIFIER));
            return fail(exitCode, String.join(System.lineSeparator(), trouble));
        }
        Map.Entry<InspectTarget, Hit> first = hits.entrySet().iterator().next();
        boolean isInstance = first.getValue().level() == Level.INSTANCE;
        if (preview != null && !isInstance) {
            return fail(ExitCode.MISUSED, "--preview needs one instance: give its SOP Instance UID");
        }
        try {
            OrthancClient teller = clientOf(clients, first.getKey());
            if (!isInstance) {
                return list(clients, InspectQuery.below(teller, first.getValue(), identifier));
            }
            if (preview != null) {
                teller.preview(first.getValue().id(), preview);
            }
            sheet(clients, hits, identifier);
        } catch (OrthancException e) {
            trouble.add(String.valueOf(e.getMessage()));
        }
        return trouble.isEmpty() ? ExitCode.DONE : fail(ExitCode.FAILED, String.join(System.lineSeparator(), trouble));
    }

    private void sheet(Map<InspectTarget, OrthancClient> clients, Map<InspectTarget, Hit> hits, String sopInstance)
            throws OrthancException {
        InstanceSheet sheet = new InstanceSheet(sopInstance, showPatients);
        for (InspectTarget target : clients.keySet()) {
            Hit hit = hits.get(target);
            if (hit == null) {
                sheet.addWithout(target.name());
            } else {
                sheet.add(target.name(), clientOf(clients, target), hit.id());
            }
        }
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(sheet.json(JSON));
        } else {
            sheet.lines().forEach(out::println);
        }
        out.flush();
    }

    private static OrthancClient clientOf(Map<InspectTarget, OrthancClient> clients, InspectTarget target) {
        return Objects.requireNonNull(clients.get(target), "a client for each target");
    }

    private void awaitExpected(Iterable<OrthancClient> clients) throws InterruptedException {
        if (expected == null) {
            return;
        }
        long deadline = System.nanoTime() + (longest == null ? 0 : longest.toNanos());
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
