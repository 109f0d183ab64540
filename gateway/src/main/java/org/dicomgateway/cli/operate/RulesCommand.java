package org.dicomgateway.cli.operate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.cluster.PublishedView;
import org.dicomgateway.admin.cluster.PublishingView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Publishes rules for all gateways of a cluster. */
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the rules that were published for all gateways of the cluster.",
            "",
            "rules publish FILE has every gateway at work look at the file. If all can use it, each puts it in the"
                    + " place of its routing.conf within a second, and keeps the file before as routing.conf.before."
                    + " If one cannot, nothing changes, and it says why.",
            "rules rollback VERSION publishes an older version again.",
            "rules show VERSION prints it."
        },
        exitCodeList = {
            "0:done; with list: all gateways at work have the same rules",
            "1:not published, or not in force everywhere yet; with list: the gateways have different rules",
            "2:wrong usage or configuration, no such version, or no cluster",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} publish conf/routing.conf",
            "  ${COMMAND-FULL-NAME} rollback 3"
        })
public final class RulesCommand extends OperatorCommand {

    private static final int MAX_SAYS = 1000;
    private static final int DIGITS = 8;
    private static final int LISTED = 20;
    private static final String NOBODY = "-";
    private static final String PATH = "/api/cluster/rules";

    /** What is done. */
    enum Action {
        list,
        publish,
        rollback,
        show
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "list",
            description = "list, publish, rollback or show (default: ${DEFAULT-VALUE}).")
    private Action action = Action.list;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE|VERSION",
            description = "The file to publish, or the version to publish again or to show.")
    private @Nullable String what;

    @Override
    public void check() {
        if ((action == Action.list) != (what == null)) {
            throw misuse(
                    switch (action) {
                        case list -> "list takes no further argument";
                        case publish -> "give the file to publish";
                        case rollback, show -> "give a version that rules list shows";
                    });
        }
    }

    private long version() {
        try {
            return new OptionConverters.OfLong().convert(String.valueOf(what));
        } catch (TypeConversionException e) {
            throw misuse(e.getMessage() + ": give a version that rules list shows");
        }
    }

    private String text() {
        Path file = Path.of(String.valueOf(what));
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw misuse("cannot read " + file + ": " + e);
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        return switch (action) {
            case list -> list(gateway);
            case publish -> publish(gateway, new Requests.Publish(Optional.of(text()), Optional.empty()));
            case rollback -> publish(gateway, new Requests.Publish(Optional.empty(), Optional.of(version())));
            case show -> {
                String answer = gateway.get(PATH + "/" + version());
                print(
                        answer,
                        List.of(Json.readAnswer(answer, PublishedView.Text.class)
                                .text()));
                yield ExitCode.DONE;
            }
        };
    }

    private int list(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.get(PATH + "?limit=" + LISTED);
        TextTable table = new TextTable("version", "published", "by", "at gateway", "digest", "in force at");
        for (PublishedView each :
                Json.readAnswer(answer, PublishedView.All.class).items()) {
            table.row(
                    each.version()
                            + each.again()
                                    .map(version -> " (as " + version + ")")
                                    .orElse(""),
                    Times.of(each.at()),
                    each.operator().isEmpty() ? NOBODY : Text.printable(each.operator(), MAX_SAYS),
                    each.askedAt(),
                    each.digest().substring(0, DIGITS),
                    each.gateways().isEmpty() ? NOBODY : String.join(", ", each.gateways()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        Optional<String> different = gateway.cluster().flatMap(StatusText::differentRules);
        different.ifPresent(lines::add);
        print(answer, lines);
        return different.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private int publish(RunningGateway gateway, Requests.Publish request) throws RunningGatewayException {
        String answer = gateway.post(PATH, request);
        PublishingView came = Json.readAnswer(answer, PublishingView.class);
        List<String> lines = new ArrayList<>();
        lines.add(came.version()
                .map(version -> "version " + version + " is published"
                        + (came.complete() ? " and in force" : "; it is not in force everywhere yet: rules list"))
                .orElse("nothing is published, and nothing changed: not all gateways at work can use these rules"));
        TextTable table = new TextTable("gateway", "answer");
        came.gateways().forEach(each -> table.row(each.gateway(), Text.printable(each.says(), MAX_SAYS)));
        lines.addAll(table.lines());
        print(answer, lines);
        return came.complete() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
