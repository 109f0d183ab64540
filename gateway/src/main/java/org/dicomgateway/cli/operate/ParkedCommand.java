package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.common.Studies;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the deliveries that are parked until an operator decides. */
@Command(
        name = "parked",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists the deliveries that are parked until you retry, reroute or discard them, with the reason.",
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:no such delivery is parked",
            "1:at least one is",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE,
            "4:no study has the Accession Number"
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} --destination orthanc1",
            "  ${COMMAND-FULL-NAME} --accession A4711 --held"
        })
public final class ParkedCommand extends OperatorCommand {

    private static final int MAX_REASON = 160;

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            description = "Only for this destination.",
            completionCandidates = RunningNames.OfDestinations.class,
            converter = NameConverter.class)
    private @Nullable String destination;

    @Option(
            names = "--study",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only of this Study Instance UID.")
    private @Nullable String study;

    @Option(names = "--accession", paramLabel = "NUMBER", description = "Only of this Accession Number.")
    private @Nullable String accession;

    @Option(
            names = "--held",
            description = "Show instead those that are held because the rules no longer name their destination.")
    private boolean held;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            converter = OptionConverters.OfLimit.class,
            description = "Deliveries to show (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (destination != null) {
            gateway.requireDestination(destination);
        }
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("state", held ? "held" : "parked");
        put(conditions, "destination", destination);
        put(conditions, "study", study);
        put(conditions, "accession", accession);
        Found found = Found.by(gateway, "/api/deliveries", conditions, limit);
        if (found.items().isEmpty() && accession != null) {
            Studies.of(gateway, accession, Optional.ofNullable(study));
        }
        print(found.json(), lines(found.as(DeliveryView.class), found.more()));
        return found.items().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static void put(Map<String, String> conditions, String name, @Nullable String value) {
        if (value != null) {
            conditions.put(name, value);
        }
    }

    private List<String> lines(List<DeliveryView> all, boolean more) {
        if (all.isEmpty()) {
            return List.of("nothing is " + (held ? "held" : "parked"));
        }
        TextTable table = new TextTable("delivery", "since", "destination", "attempts", "study", "instance", "why");
        all.forEach(one -> table.row(
                Long.toString(one.id()),
                Times.of(one.since()),
                one.destination().orElse(NameConverter.ANY),
                Integer.toString(one.attempts()),
                one.studyInstanceUid().isEmpty() ? "-" : Text.printable(one.studyInstanceUid(), MAX_REASON),
                one.sopInstanceUid(),
                Text.printable(one.reason(), MAX_REASON)));
        List<String> lines = new ArrayList<>(table.lines());
        if (more) {
            lines.add("… and more (--limit N shows N)");
        }
        return lines;
    }
}
