package org.dicomgateway.cli.send;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.web.HeldCopy;
import org.dicomgateway.forward.web.StowConnector;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks each destination whether it is there, as the gateway itself would call it: association and C-ECHO, or a query
 * over DICOMweb.
 */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = {
            "Sends a C-ECHO to each destination, called as the gateway calls it.",
            "A destination over DICOMweb gets a query for one study."
        },
        exitCodeList = {"0:every destination answered", "1:one did not", "2:the configuration is wrong"},
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} orthanc1"})
public final class EchoCommand implements Callable<Integer> {

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Parameters(
            paramLabel = "DESTINATION",
            completionCandidates = RunningNames.OfDestinations.class,
            description = "only these; otherwise all that routing.conf names")
    private final List<String> names = new ArrayList<>();

    @Option(names = "--json", description = "Write the answers as JSON.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        RoutingSettings routing = configuration.load().routing();
        List<String> unknown = names.stream()
                .filter(name -> !routing.destinations().containsKey(name))
                .toList();
        if (!unknown.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("no such destination: " + String.join(", ", unknown) + "; there are "
                            + String.join(", ", routing.destinations().keySet()));
            return ExitCode.MISUSED;
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Answer> answers = new ArrayList<>();
        for (DestinationSettings destination : routing.destinations().values()) {
            if (names.isEmpty() || names.contains(destination.name())) {
                Answer answer = echo(destination);
                answers.add(answer);
                if (!json) {
                    out.println(answer);
                    out.flush();
                }
            }
        }
        if (json) {
            out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(answers));
            out.flush();
        }
        return answers.stream().allMatch(Answer::ok) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private record Answer(String destination, String peer, boolean ok, long millis, String answer) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%-4s  %-16s %-32s %5d ms  %s", ok ? "ok" : "FAIL", destination, peer, millis, answer);
        }
    }

    private static Answer echo(DestinationSettings destination) {
        return destination.isWeb() ? query(destination) : echoByDimse(destination);
    }

    private static Answer query(DestinationSettings destination) {
        long begin = System.nanoTime();
        String answer = "answers DICOMweb";
        boolean ok = true;
        TlsContexts contexts = new TlsContexts(InstantSource.system());
        StowConnector connector = new StowConnector(
                destination,
                WebAccess.to(destination, contexts),
                destination.requestor(),
                (any, claim, sentAs) -> new HeldCopy.Answer(HeldCopy.Kind.UNKNOWN, ""),
                InstantSource.system());
        try (StoreConnection connection = connector.open(SendTarget.CALLING, List.of(PresentationPair.VERIFICATION))) {
            Duration alone = connection.echo();
            answer += alone.isZero() ? "" : ", and asks to be left alone for " + alone.toSeconds() + " s";
        } catch (AssociationException e) {
            ok = false;
            answer = String.valueOf(e.getMessage());
        }
        return answer(destination, begin, ok, answer);
    }

    private static Answer echoByDimse(DestinationSettings destination) {
        long begin = System.nanoTime();
        String answer;
        boolean ok = false;
        SendTarget target = SendTarget.of(destination);
        try (OpenAssociation association = Requestor.of(target.requestor())
                .open(target.peer(), target.calling(), List.of(PresentationPair.VERIFICATION))) {
            int status = association.cEcho();
            ok = status == DimseStatus.SUCCESS;
            answer = DimseStatus.format(status) + " " + DimseStatus.meaningOf(status);
        } catch (AssociationException e) {
            answer = String.valueOf(e.getMessage());
        }
        return answer(destination, begin, ok, answer);
    }

    private static Answer answer(DestinationSettings destination, long begin, boolean ok, String answer) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        return new Answer(destination.name(), destination.address(), ok, millis, answer);
    }
}
