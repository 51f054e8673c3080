package org.holdfast.gateway.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.demo.Demo;
import org.holdfast.gateway.wiring.InProcess;
import org.holdfast.gateway.wiring.Serve;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import tools.jackson.core.JacksonException;

/** The command line: {@code serve} and {@code demo} run a gateway, all else asks a running one. */
@Command(
    name = "holdfast",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "A mail gateway that holds what cannot be delivered: nothing bounces, nothing is lost.",
      "",
      "It stands between your MX servers and your mail stores. Mail for a user goes straight"
          + " through while the user is active; set the user (or a whole pair of backends, or a"
          + " domain) aside, and the mail is accepted and held until you say that it may go."
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    footer = {
      "",
      "Examples:",
      "  holdfast demo",
      "  holdfast check && holdfast serve",
      "  holdfast user state alice@example.com moving --reason 'disk trouble'",
      "  holdfast queue summary",
      "  holdfast user state alice@example.com active --pair imap7-8",
      "",
      "Which gateway, and how to answer (--url, --token, --config, --cacert, --json), may be said"
          + " before the command or behind it.",
      "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the gateway can't be reached.",
      "Times are UTC. Manual: holdfast man; words for the shell: holdfast completion bash|zsh."
    })
public final class Main implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  private final Surroundings surroundings;

  @Option(
      names = "--color",
      paramLabel = "auto|always|never",
      completionCandidates = Colour.Choices.class,
      scope = ScopeType.INHERIT,
      defaultValue = "auto",
      converter = Colour.Words.class,
      description = "Colours; auto: on a terminal, unless NO_COLOR is set. Default: auto.")
  private Colour colour = Colour.AUTO;

  private Main(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Stdout stdout = new Stdout(FileDescriptor.out);
    Surroundings around = Surroundings.ofProcess(stdout);
    Ansi ansi = Colour.AUTO.on(around.tty());
    CommandLine commandLine =
        commandLine(
            (settings, file) -> Serve.run(settings, file, System.out),
            once -> new Demo(new InProcess(), System.out, ansi.enabled()).run(once),
            around);
    commandLine.setOut(writer(stdout));
    commandLine.setErr(writer(new Stdout(FileDescriptor.err)));
    System.exit(run(commandLine, args));
  }

  /** What terminals, files and pipes get is UTF-8, whatever the locale says. */
  private static PrintWriter writer(OutputStream to) {
    return new PrintWriter(
        new OutputStreamWriter(new BufferedOutputStream(to), StandardCharsets.UTF_8));
  }

  /** Of what nobody took any more, only a full disk is worth a word. */
  private static int run(CommandLine commandLine, String[] args) {
    try {
      int code = commandLine.execute(args);
      if (code == ExitCode.DONE) {
        commandLine.getOut().flush();
      }
      return code;
    } catch (Stdout.LostException e) {
      return lost(e, commandLine);
    }
  }

  private static int lost(Stdout.LostException e, CommandLine command) {
    if (e.brokenPipe()) {
      return ExitCode.BROKEN_PIPE;
    }
    command.getErr().println("holdfast: the output cannot be written: " + e.getMessage());
    command.getErr().flush();
    return ExitCode.REFUSED;
  }

  /**
   * The whole command line.
   *
   * @param serve what runs a gateway
   * @param demo what runs the demo
   * @param environment environment variables
   */
  public static CommandLine commandLine(
      ServeCommand.Gateway serve, DemoCommand.Demo demo, Map<String, String> environment) {
    return commandLine(serve, demo, Surroundings.of(environment));
  }

  /**
   * The same.
   *
   * @param around what else the commands find
   */
  static CommandLine commandLine(
      ServeCommand.Gateway serve, DemoCommand.Demo demo, Surroundings around) {
    Main main = new Main(around);
    CommandLine line = new CommandLine(main, new Parts(around));
    line.addSubcommand(new ServeCommand(serve));
    line.addSubcommand(new DemoCommand(demo));
    line.addSubcommand(new CheckCommand());
    line.addSubcommand(new PasswordCommand());
    line.addSubcommand(new UserCommands());
    line.addSubcommand(new PairCommands());
    line.addSubcommand(new DomainCommands());
    line.addSubcommand(new AllCommands());
    line.addSubcommand(new AliasCommands());
    line.addSubcommand(new HoldsCommand());
    line.addSubcommand(new RestoreCommands());
    line.addSubcommand(new MapCommands());
    line.addSubcommand(new QueueCommands());
    line.addSubcommand(new StoreCommands());
    line.addSubcommand(new EventsCommand());
    line.addSubcommand(new TopCommand());
    line.addSubcommand(new ReloadCommand());
    line.addSubcommand(new CompletionCommand());
    line.addSubcommand(new ManCommand());
    EarlyOptions.before(line, around);
    UserPriorityCommand.letNumbersBeNegative(line);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(
        around.tty().columns() > 0 ? Math.clamp(around.tty().columns(), 55, 110) : 80);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setExecutionStrategy(parsed -> {
      line.setColorScheme(CommandLine.Help.defaultColorScheme(main.colour.on(around.tty())));
      EarlyOptions.handOn(parsed);
      return new CommandLine.RunLast().execute(parsed);
    });
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    line.setParameterExceptionHandler((e, words) -> misused(e));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing");
  }

  private static int failed(Exception e, CommandLine command) throws Exception {
    if (e instanceof Stdout.LostException lost) {
      return lost(lost, command);
    }
    int code =
        switch (e) {
          case GatewayUnreachableException _ -> ExitCode.UNREACHABLE;
          case ConfigurationException _ -> ExitCode.USAGE;
          case RefusedException _, IOException _ -> ExitCode.REFUSED;
          case InterruptedException _, JacksonException _ -> ExitCode.REFUSED;
          default -> throw e;
        };
    lines(e).forEach(said -> command.getErr().println("holdfast: " + Terminal.oneLine(said)));
    command.getErr().flush();
    return code;
  }

  private static List<String> lines(Exception e) {
    return e instanceof ConfigurationException wrong ? wrong.lines() : List.of(message(e));
  }

  private static String message(Exception e) {
    if (e instanceof JacksonException) {
      return "the gateway's answer is not JSON";
    }
    if (e instanceof GatewayUnreachableException) {
      return e.getMessage() + " (is it running? --url or HOLDFAST_URL says where)";
    }
    if (e instanceof CharacterCodingException) {
      return "the file is not UTF-8 text";
    }
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + trouble(file);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String trouble(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "is there already";
      default -> e.getClass().getSimpleName();
    };
  }

  /** What was meant is told when it begins alike. */
  private static String unmatched(UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    boolean option = word.startsWith("-") && word.length() > 1;
    boolean commands = !e.getCommandLine().getSubcommands().isEmpty();
    String what = option ? "option" : commands ? "command" : "place for";
    String meant =
        e.getSuggestions().stream()
            .filter(other -> other.regionMatches(0, word, 0, option ? 3 : 1))
            .findFirst()
            .map(other -> " (did you mean " + other + "?)")
            .orElse("");
    return "there is no " + what + " " + word + meant;
  }

  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String what = e instanceof UnmatchedArgumentException u ? unmatched(u) : message(e);
    command.getErr().println(name + ": " + Terminal.oneLine(what) + "; see " + name + " --help");
    command.getErr().flush();
    return ExitCode.USAGE;
  }
}
