package org.holdfast.gateway.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: lets the shell complete commands, options, states and names of pairs. */
@Command(
    name = "completion",
    description = {
      "Prints what a shell needs to complete commands, options, states and names of pairs.",
      "",
      "One script knows both shells; zsh uses its bashcompinit: source it from ~/.zshrc.",
      "Names of pairs are asked from the gateway, so they need its token (HOLDFAST_TOKEN, or the"
          + " readable data folder)."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast completion bash > /etc/bash_completion.d/holdfast",
      "  holdfast completion zsh > ~/.holdfast.zsh"
    })
final class CompletionCommand implements Callable<Integer> {

  private static final String CALL = "$(_holdfast_pairs)";

  /** In bash and zsh alike; a JVM is started only where a name of a pair is being typed. */
  private static final String PAIRS =
      """
      # The names of the pairs, where one is to come next.
      _holdfast_pairs() {
        case "${COMP_WORDS[COMP_CWORD-1]}" in
          --pair | --to | show | set | remove | hold | release | failover)
            "${COMP_WORDS[0]}" pair list --json 2>/dev/null |
              sed -n 's/^ *"name" : "\\([^"]*\\)".*/\\1/p' ;;
        esac
      }

      """;

  @Parameters(paramLabel = "bash|zsh", description = "The shell.")
  private Shell shell = Shell.bash;

  @Spec private @Nullable CommandSpec spec;

  /** Shells that we know. */
  enum Shell {
    bash,
    zsh
  }

  /** Completes to the pairs that there are when somebody presses the key. */
  static final class PairNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(CALL).iterator();
    }
  }

  /** Completes to the states of users. */
  static final class UserStates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.of(UserState.values()).map(UserState::word).iterator();
    }
  }

  /** Completes to the states of held deliveries. */
  static final class QueueStates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("held", "ready", "deferred", "parked").iterator();
    }
  }

  @Override
  public Integer call() throws ParameterException {
    CommandSpec root = Objects.requireNonNull(spec).root();
    String script = AutoComplete.bash(root.name(), root.commandLine());
    Terminal terminal = Terminal.of(spec);
    terminal.line("# " + shell + ": source this; ~/.bashrc, ~/.zshrc or /etc/bash_completion.d");
    terminal.raw(PAIRS);
    // picocli quotes candidates, and would make one word of all names
    terminal.raw(script.replace("(\"" + CALL + "\")", "(" + CALL + ")"));
    return ExitCode.DONE;
  }
}
