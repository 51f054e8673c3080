package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
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
      "Try it:   holdfast demo",
      "Run it:   holdfast check && holdfast serve",
      "Use it:   holdfast user state alice@example.com moving --reason 'disk trouble'",
      "          holdfast queue summary",
      "          holdfast user state alice@example.com active --pair imap7-8",
      "",
      "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the gateway can't be reached."
    })
public final class Main implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    CommandLine commandLine =
        commandLine(
            (settings, file) -> Serve.run(settings, file, System.out),
            once -> new Demo(new InProcess(), System.out, Terminal.ansi().enabled()).run(once),
            System.getenv(),
            Person.atTerminal());
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.ansi()));
    System.exit(commandLine.execute(args));
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
    return commandLine(serve, demo, environment, Person.NOBODY);
  }

  /**
   * The same.
   *
   * @param person who may be asked
   */
  static CommandLine commandLine(
      ServeCommand.Gateway serve,
      DemoCommand.Demo demo,
      Map<String, String> environment,
      Person person) {
    CommandLine line = new CommandLine(new Main(), new Parts(environment, person));
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
    line.addSubcommand(new MapCommands());
    line.addSubcommand(new QueueCommands());
    line.addSubcommand(new StoreCommands());
    line.addSubcommand(new EventsCommand());
    line.addSubcommand(new TopCommand());
    UserPriorityCommand.letNumbersBeNegative(line);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setUsageHelpAutoWidth(true);
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
    int code =
        switch (e) {
          case GatewayUnreachableException _ -> ExitCode.UNREACHABLE;
          case ConfigurationException _ -> ExitCode.USAGE;
          case RefusedException _, IOException _ -> ExitCode.REFUSED;
          case InterruptedException _, JacksonException _ -> ExitCode.REFUSED;
          default -> throw e;
        };
    command.getErr().println("holdfast: " + Terminal.oneLine(message(e)));
    command.getErr().flush();
    return code;
  }

  private static String message(Exception e) {
    if (e instanceof JacksonException) {
      return "the gateway's answer is not JSON";
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

  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + Terminal.oneLine(message(e)));
    command.getErr().println("See " + name + " --help");
    command.getErr().flush();
    return ExitCode.USAGE;
  }
}
