package org.dicomgateway.cli.check;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.security.FileTrouble;
import org.dicomgateway.transform.Reidentification;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds which of some known Patient IDs or UIDs a pseudonym stands for. Asks no server, and keeps nothing. */
@Command(
        name = "reidentify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Finds which of the originals in a file gives a pseudonym, with the key of a transform. The gateway keeps no"
                    + " list of pseudonyms, so it can only compare with originals that you know.",
            "",
            "A line of the file is a Patient ID; a Patient ID, a comma and its Issuer of Patient ID; or a UID. Rules that"
                    + " change IDs before the profile count: write the IDs as these make them."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every pseudonym was found",
            "1:a pseudonym is of none of the originals, or the file cannot be read",
            "2:the arguments or the configuration are wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} --transform trial --candidates ids.txt T-7HJ0K3ZQ8M2WXN4B"})
public final class ReidentifyCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = "--transform",
            paramLabel = "TRANSFORM",
            required = true,
            description = "A transform of routing.conf with a profile.")
    @SuppressWarnings("NullAway.Init") // required
    private String transform;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            required = true,
            description = "The originals to compare with, one a line, in UTF-8.")
    @SuppressWarnings("NullAway.Init") // required
    private Path candidates;

    @Parameters(
            paramLabel = "PSEUDONYM",
            arity = "1..*",
            description = "Patient IDs or UIDs of de-identified instances.")
    private List<String> wanted = List.of();

    @Override
    public Integer call() throws ConfigurationException {
        Reidentification reidentification = new Reidentification(profile());
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        Map<String, List<String>> found = new LinkedHashMap<>();
        wanted.forEach(pseudonym -> found.put(pseudonym, new ArrayList<>()));
        try {
            for (String line : Files.readAllLines(candidates)) {
                if (!line.isBlank()) {
                    pseudonyms(reidentification, line.strip())
                            .forEach(pseudonym -> Optional.ofNullable(found.get(pseudonym))
                                    .ifPresent(originals -> originals.add(line.strip())));
                }
            }
        } catch (CharacterCodingException e) {
            return failed(err, "it is not in UTF-8");
        } catch (IOException e) {
            return failed(err, FileTrouble.of(e));
        }
        boolean all = true;
        for (Map.Entry<String, List<String>> each : found.entrySet()) {
            all &= !each.getValue().isEmpty();
            out.println(each.getKey() + "  "
                    + (each.getValue().isEmpty() ? "none of the candidates" : String.join("; ", each.getValue())));
        }
        out.flush();
        return all ? ExitCode.DONE : ExitCode.FAILED;
    }

    private int failed(PrintWriter err, String why) {
        err.println(candidates + ": " + why);
        err.flush();
        return ExitCode.FAILED;
    }

    private static Stream<String> pseudonyms(Reidentification reidentification, String line) {
        int comma = line.indexOf(',');
        Optional<String> patient = comma < 0
                ? reidentification.ofPatientId(line, "")
                : reidentification.ofPatientId(
                        line.substring(0, comma).strip(),
                        line.substring(comma + 1).strip());
        return Stream.concat(
                patient.stream(), Uid.isValid(line) ? Stream.of(reidentification.ofUid(Uid.of(line))) : Stream.empty());
    }

    private ProfileSettings profile() throws ConfigurationException {
        Map<String, TransformSettings> known = configuration.load().routing().transforms();
        TransformSettings named = known.get(transform);
        if (named == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "no transform is called '" + transform + "'; "
                            + Suggestions.remedy(
                                    transform, known.keySet().stream().sorted().toList()));
        }
        return named.profile()
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(),
                        "the transform " + transform + " has no profile: it makes no pseudonyms"));
    }
}
