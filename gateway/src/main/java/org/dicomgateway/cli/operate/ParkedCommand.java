package org.dicomgateway.cli.operate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.admin.cluster.CopyView;
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
        description = "Lists the deliveries that are parked until you retry, reroute or discard them, with the reason;"
                + " in a cluster, those of all gateways. A delivery of another gateway is chosen by its number and"
                + " --gateway.",
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:no such delivery is parked",
            "1:at least one is; or other gateways of the cluster could not be asked",
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

    @Option(names = "--gateway", paramLabel = "GATEWAY", description = "In a cluster: only those of this gateway.")
    private @Nullable String only;

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (destination != null) {
            gateway.requireDestination(destination);
        }
        Optional<Elsewhere> elsewhere = Elsewhere.of(gateway);
        if (only != null && elsewhere.isEmpty()) {
            throw misuse("--gateway: this gateway is not in a cluster");
        }
        Map<String, String> conditions = conditions();
        boolean here =
                only == null || only.equals(elsewhere.map(Elsewhere::node).orElse(only));
        Found found = here
                ? Found.by(gateway, "/api/deliveries", with(conditions, "accession", accession), limit)
                : new Found(List.of(), false);
        List<String> studies = found.items().isEmpty() && accession != null
                ? Studies.of(gateway, accession, Optional.ofNullable(study))
                : List.of();
        if (elsewhere.isEmpty()) {
            print(found.json(), lines(found.as(DeliveryView.class), Optional.empty(), found.more()));
            return found.items().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        }
        Elsewhere others = elsewhere.get();
        if (only == null || !here) {
            findOthers(gateway, others, conditions, studies);
        }
        List<String> lines = new ArrayList<>(
                lines(found.as(DeliveryView.class), Optional.of(others), found.more() || others.more()));
        lines.addAll(others.missing());
        print(others.json(found.json()), lines);
        return found.items().isEmpty()
                        && others.copies().isEmpty()
                        && others.missing().isEmpty()
                ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    /** The cluster's database knows no accession numbers: this gateway's spool says which studies are meant. */
    private void findOthers(
            RunningGateway gateway, Elsewhere others, Map<String, String> conditions, List<String> studies)
            throws RunningGatewayException {
        Map<String, String> where = with(conditions, "gateway", only);
        if (accession == null) {
            others.copies(where, limit);
            return;
        }
        List<String> meant = studies.isEmpty() ? Studies.of(gateway, accession, Optional.ofNullable(study)) : studies;
        meant.forEach(each -> others.copies(with(where, "study", each), limit));
    }

    private Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("state", held ? "held" : "parked");
        return with(with(conditions, "destination", destination), "study", study);
    }

    private static Map<String, String> with(Map<String, String> conditions, String name, @Nullable String value) {
        Map<String, String> more = new LinkedHashMap<>(conditions);
        if (value != null) {
            more.put(name, value);
        }
        return more;
    }

    private List<String> lines(List<DeliveryView> all, Optional<Elsewhere> elsewhere, boolean more) {
        List<CopyView> others = elsewhere.map(Elsewhere::copies).orElse(List.of());
        if (all.isEmpty() && others.isEmpty()) {
            return List.of("nothing is " + (held ? "held" : "parked"));
        }
        List<String> heading =
                new ArrayList<>(List.of("delivery", "since", "destination", "attempts", "study", "instance", "why"));
        elsewhere.ifPresent(cluster -> heading.add(0, "gateway"));
        TextTable table = new TextTable(heading.toArray(String[]::new));
        for (DeliveryView one : all) {
            List<String> row = new ArrayList<>(List.of(
                    Long.toString(one.id()),
                    Times.of(one.since()),
                    one.destination().orElse(NameConverter.ANY),
                    Integer.toString(one.attempts()),
                    one.studyInstanceUid().isEmpty() ? "-" : Text.printable(one.studyInstanceUid(), MAX_REASON),
                    one.sopInstanceUid(),
                    Text.printable(one.reason(), MAX_REASON)));
            elsewhere.ifPresent(cluster -> row.add(0, cluster.node()));
            table.row(row.toArray(String[]::new));
        }
        others.forEach(one -> table.row(
                one.gateway(),
                Long.toString(one.delivery()),
                Times.of(one.since()),
                one.destination().orElse(NameConverter.ANY),
                "-",
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
