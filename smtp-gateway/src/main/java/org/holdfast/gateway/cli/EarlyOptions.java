package org.holdfast.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/**
 * Options that say which gateway and how to answer may stand before the command as well: {@code
 * holdfast --url URL queue list}, {@code holdfast queue --url URL list}. They are given to the
 * command, if it has them.
 */
final class EarlyOptions {

  private EarlyOptions() {}

  /** Has every command that has commands take them. */
  static void before(CommandLine line, Surroundings around) {
    if (line.getSubcommands().isEmpty()) {
      return;
    }
    line.getSubcommands().values().forEach(sub -> before(sub, around));
    if (line.getParent() == null || asksAGateway(line)) {
      CommandSpec options = CommandSpec.forAnnotatedObject(new ClientOptions(around));
      options.options().forEach(line.getCommandSpec()::addOption);
    }
  }

  private static boolean asksAGateway(CommandLine group) {
    return group.getSubcommands().values().stream()
        .anyMatch(command -> command.getCommandSpec().findOption("--url") != null);
  }

  /**
   * Gives what stands before a command to it.
   *
   * @throws ParameterException the command has no such option, or has been given it too
   */
  static void handOn(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    for (ParseResult at = parsed; at.hasSubcommand(); at = at.subcommand()) {
      for (OptionSpec option : at.matchedOptions()) {
        if (option.scopeType() == ScopeType.LOCAL) {
          handOn(option, at, command);
        }
      }
    }
  }

  private static void handOn(OptionSpec option, ParseResult from, ParseResult to) {
    String name = option.longestName();
    CommandSpec command = to.commandSpec();
    OptionSpec theirs = command.findOption(name);
    if (theirs == null) {
      throw new ParameterException(command.commandLine(), "there is no option " + name);
    }
    if (to.hasMatchedOption(theirs) || givenBetween(name, from)) {
      throw new ParameterException(
          command.commandLine(), "option '" + name + "' should be specified only once");
    }
    Object given = option.getValue();
    theirs.setValue(given);
  }

  /** Whether a group between them was given it, too. */
  private static boolean givenBetween(String name, ParseResult from) {
    for (ParseResult at = from.subcommand(); at.hasSubcommand(); at = at.subcommand()) {
      if (at.hasMatchedOption(name)) {
        return true;
      }
    }
    return false;
  }
}
