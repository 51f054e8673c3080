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
      "zsh reads it through its bashcompinit: source it from ~/.zshrc after compinit, or put it into"
          + " a folder of $fpath under the name _holdfast.",
      "Names of pairs are asked from the gateway, so they need its token (HOLDFAST_TOKEN, or the"
          + " readable data folder)."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast completion bash > /etc/bash_completion.d/holdfast",
      "  holdfast completion zsh > /usr/local/share/zsh/site-functions/_holdfast"
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

  /**
   * What picocli's script does to a zsh beyond our own command: an option that changes how all
   * aliases are completed, and an alias that is not known yet where the script is read at once.
   */
  private static final String MEDDLING =
      "(?m)^ *(# Make alias a distinct command|setopt COMPLETE_ALIASES|alias compopt=).*\\n";

  /** Read from $fpath at the first key, it has to answer that one too. */
  private static final String AUTOLOADED =
      """

      if [ "${funcstack[1]}" = _holdfast ]; then
        _bash_complete -o default -F _complete_holdfast
      fi
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
    terminal.line(
        switch (shell) {
          case bash -> "# source this in ~/.bashrc, or put it into /etc/bash_completion.d";
          case zsh ->
              "#compdef holdfast\n# source this in ~/.zshrc, or put it into $fpath as _holdfast";
        });
    terminal.raw(PAIRS);
    // picocli quotes candidates, and would make one word of all names
    String names = script.replace("(\"" + CALL + "\")", "(" + CALL + ")");
    terminal.raw(names.replaceAll(MEDDLING, ""));
    if (shell == Shell.zsh) {
      terminal.raw(AUTOLOADED);
    }
    return ExitCode.DONE;
  }
}
