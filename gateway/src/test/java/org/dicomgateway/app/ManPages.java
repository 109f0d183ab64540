package org.dicomgateway.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The man pages of a release, from what the commands say of themselves: one page for each command, and one that lists
 * them. {@code scripts/release.sh} runs it against the jar of the release.
 */
final class ManPages {

    /** So that no line is broken: man does that. */
    private static final int NO_WRAP = 100_000;

    private static final String FILES = """
            .SH FILES
            .TP
            .I /etc/dicom\\-gateway/gateway.conf
            Where the gateway listens, and where instances wait.
            .TP
            .I /etc/dicom\\-gateway/routing.conf
            The servers, and which instances each gets. Read again while the gateway runs.
            .TP
            .I /etc/dicom\\-gateway/environment
            JAVA_OPTS, and secrets that gateway.conf takes from the environment.
            .TP
            .I /etc/dicom\\-gateway/logback.xml
            What is logged.
            .TP
            .I /var/lib/dicom\\-gateway
            The spool and the audit trail.
            .TP
            .I /var/log/dicom\\-gateway
            The logs.
            .TP
            .I /usr/share/doc/dicom\\-gateway
            The documentation.
            """;

    private ManPages() {}

    /** Writes the pages into the folder {@code args[0]}, for the version {@code args[1]} of the day {@code args[2]}. */
    public static void main(String[] args) throws IOException {
        for (Map.Entry<String, String> page : pages(args[1], args[2]).entrySet()) {
            Files.writeString(Path.of(args[0], page.getKey()), page.getValue());
        }
    }

    /** The pages by file name. */
    static Map<String, String> pages(String version, String day) {
        CommandLine root = Main.commandLine()
                .setCommandName("dicom-gateway")
                .setUsageHelpWidth(NO_WRAP)
                .setColorScheme(Help.defaultColorScheme(Ansi.OFF));
        Map<String, String> pages = new TreeMap<>();
        String title = " 1 \"" + day + "\" \"DICOM Gateway " + version + "\" \"DICOM Gateway\"\n";
        StringBuilder list = new StringBuilder(".SH COMMANDS\n");
        visible(root).forEach((name, command) -> {
            String page = "dicom-gateway-" + name;
            pages.put(page + ".1", ".TH " + text(page.toUpperCase(Locale.ROOT)) + title + page(page, command));
            list.append(".TP\n.BR ")
                    .append(text(page))
                    .append(" (1)\n")
                    .append(text(description(command).get(0)))
                    .append('\n');
        });
        pages.put("dicom-gateway.1", ".TH DICOM\\-GATEWAY" + title + page("dicom-gateway", root) + list + FILES);
        return pages;
    }

    private static Map<String, CommandLine> visible(CommandLine root) {
        Map<String, CommandLine> commands = new TreeMap<>(root.getSubcommands());
        commands.values()
                .removeIf(command -> command.getCommandSpec().usageMessage().hidden());
        return commands;
    }

    private static String page(String name, CommandLine command) {
        Help help = command.getHelp();
        List<String> description = description(command);
        StringBuilder page = new StringBuilder();
        page.append(".SH NAME\n")
                .append(text(name + " - " + firstSentence(description.get(0))))
                .append('\n');
        page.append(".SH SYNOPSIS\n").append(text(help.synopsis(0).strip())).append('\n');
        page.append(".SH DESCRIPTION\n");
        description.forEach(
                line -> page.append(line.isBlank() ? ".PP" : text(line)).append('\n'));
        arguments(help, page);
        Map<String, String> codes = command.getCommandSpec().usageMessage().exitCodeList();
        if (!codes.isEmpty()) {
            page.append(".SH EXIT STATUS\n");
            codes.forEach((code, meaning) -> item(code, meaning, page));
        }
        if (!help.footer().isBlank()) {
            page.append(".SH EXAMPLES\n.nf\n");
            help.footer().lines().forEach(line -> page.append(text(line)).append('\n'));
            page.append(".fi\n");
        }
        return page.toString();
    }

    private static void arguments(Help help, StringBuilder page) {
        page.append(".SH OPTIONS\n");
        for (PositionalParamSpec parameter : help.commandSpec().positionalParameters()) {
            if (!parameter.hidden()) {
                item(label(help, parameter).strip(), String.join(" ", parameter.description()), page);
            }
        }
        for (OptionSpec option : help.commandSpec().options()) {
            if (!option.hidden()) {
                item(
                        String.join(", ", option.names()) + label(help, option),
                        String.join(" ", option.description()),
                        page);
            }
        }
    }

    private static String label(Help help, ArgSpec argument) {
        return help.parameterLabelRenderer()
                .renderParameterLabel(argument, Ansi.OFF, List.of())
                .toString();
    }

    private static void item(String term, String meaning, StringBuilder page) {
        page.append(".TP\n.B ")
                .append(text(term))
                .append('\n')
                .append(text(meaning))
                .append('\n');
    }

    private static List<String> description(CommandLine command) {
        return command.getHelp().description().stripTrailing().lines().toList();
    }

    private static String firstSentence(String line) {
        String sentence = line.split("(?<=\\.) ", 2)[0];
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    /** As roff takes it literally: a hyphen that can be copied, and no line that is a request. */
    private static String text(String line) {
        String escaped = line.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
