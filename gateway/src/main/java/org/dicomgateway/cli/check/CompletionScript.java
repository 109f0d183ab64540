package org.dicomgateway.cli.check;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.cli.common.RunningNames;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The script with which a shell completes commands, options, and arguments with {@link RunningNames}, whose names come
 * from the running gateway.
 */
final class CompletionScript {

    private static final String PROGRAM = "gateway";

    /**
     * The part that completes names; picocli makes the rest. Names are kept for some seconds, because the user presses
     * Tab repeatedly. The wait for the gateway is limited.
     */
    private static final String NAMES = """

            # Sets _gateway_told: the names of destinations or routes, as the running gateway tells them.
            _gateway_ask() {
              local kind=$1 program=${COMP_WORDS[0]} config= i
              for ((i = 2; i < COMP_CWORD; i++)); do
                if [[ ${COMP_WORDS[i]} == -c || ${COMP_WORDS[i]} == --config ]]; then
                  config=${COMP_WORDS[i + 1]}
                  [[ $config == = ]] && config=${COMP_WORDS[i + 2]}
                fi
              done
              if [[ "$kind $program $config" != "$_gateway_asked" ]] || ((SECONDS - _gateway_asked_at > 10)); then
                _gateway_told=$(timeout 5 "${program/#\\~/$HOME}" names "$kind" ${config:+--config "${config/#\\~/$HOME}"} \\
                  2>/dev/null </dev/null)
                _gateway_asked="$kind $program $config"
                _gateway_asked_at=$SECONDS
              fi
            }

            # Completes as _complete_gateway does, and names where they belong.
            _complete_gateway_and_names() {
              _complete_gateway
              local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} i index=0
              local valued= named= kind=
              # --option=value is three words to the shell.
              [[ $option == = ]] && option=${COMP_WORDS[COMP_CWORD - 2]}
              [[ $current == = ]] && current=
              case ${COMP_WORDS[1]} in
            %s
                *) return ;;
              esac
              if [[ " $valued " == *" $option "* ]]; then
                [[ " $named" == *" $option="* ]] || return
                kind=${named##*"$option="}
                kind=${kind%%%% *}
                COMPREPLY=() # what it offered where it knows no names is an empty word in quotes
              elif [[ $current == -* ]]; then
                return
              else
                for ((i = 2; i < COMP_CWORD; i++)); do
                  if [[ " $valued " == *" ${COMP_WORDS[i]} "* ]]; then
                    [[ ${COMP_WORDS[i + 1]} == = ]] && i=$((i + 1))
                    i=$((i + 1))
                  elif [[ ${COMP_WORDS[i]} != -* ]]; then
                    index=$((index + 1))
                  fi
                done
                case "${COMP_WORDS[1]} $index" in
            %s
                esac
              fi
              if [[ -n $kind ]]; then
                _gateway_ask "$kind"
                COMPREPLY+=($(compgen -W "$_gateway_told" -- "$current"))
              fi
            }
            complete -F _complete_gateway_and_names -o default gateway gateway.sh gateway.bash dicom-gateway
            """;

    private CompletionScript() {}

    /** The script for bash; zsh can use it after {@code bashcompinit}. */
    static String bash(CommandLine root) {
        List<String> options = new ArrayList<>();
        List<String> positionals = new ArrayList<>();
        root.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()
                    && command.getCommandSpec().args().stream().anyMatch(CompletionScript::isNamed)) {
                options.add("    %s) valued='%s' named='%s' ;;".formatted(name, valued(command), named(command)));
                positionals.addAll(positionals(name, command));
            }
        });
        return AutoComplete.bash(PROGRAM, root)
                + NAMES.formatted(String.join("\n", options), String.join("\n", positionals));
    }

    private static boolean isNamed(ArgSpec argument) {
        return argument.completionCandidates() instanceof RunningNames;
    }

    private static RunningNames.Kind kind(ArgSpec argument) {
        return ((RunningNames) argument.completionCandidates()).kind();
    }

    /** The options that take a value. */
    private static String valued(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> option.arity().min() > 0)
                .flatMap(option -> Stream.of(option.names()))
                .collect(joining(" "));
    }

    private static String named(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(CompletionScript::isNamed)
                .flatMap(CompletionScript::named)
                .collect(joining(" "));
    }

    private static Stream<String> named(OptionSpec option) {
        return Stream.of(option.names()).map(name -> name + "=" + kind(option));
    }

    /** The shell patterns of the command and the position of an argument. */
    private static List<String> positionals(String name, CommandLine command) {
        List<String> cases = new ArrayList<>();
        for (PositionalParamSpec positional : command.getCommandSpec().positionalParameters()) {
            if (isNamed(positional)) {
                String place = positional.index().isVariable()
                        ? "*"
                        : Integer.toString(positional.index().min());
                cases.add("      '%s '%s) kind=%s ;;".formatted(name, place, kind(positional)));
            }
        }
        return cases;
    }
}
