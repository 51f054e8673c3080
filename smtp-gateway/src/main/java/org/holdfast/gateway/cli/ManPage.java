package org.holdfast.gateway.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of one command, from the same model that parses it and prints its help. */
final class ManPage {

  static final List<String> EXIT_CODES =
      List.of(
          "0  done",
          "1  refused or failed; what is open still is named (not quiesced)",
          "2  wrong usage, or a configuration that is wrong; nothing was done",
          "3  the gateway cannot be reached");

  private static final String EXAMPLES = "Examples:";

  private final CommandSpec spec;

  ManPage(CommandSpec spec) {
    this.spec = spec;
  }

  /** {@code holdfast-queue-list}. */
  String name() {
    return spec.qualifiedName("-");
  }

  /** The command and all below it. */
  static Stream<ManPage> all(CommandSpec root) {
    return Stream.concat(
        Stream.of(new ManPage(root)),
        root.subcommands().values().stream()
            .distinct()
            .flatMap(line -> all(line.getCommandSpec())));
  }

  String roff() {
    Roff page = new Roff(name(), 1, spec.root().version()[0]);
    List<String> description = clean(spec.usageMessage().description());
    page.section("NAME").line(name() + " - " + summary(description));
    page.section("SYNOPSIS").bold(synopsis());
    page.section("DESCRIPTION").prose(description);
    arguments(page);
    options(page);
    commands(page);
    examples(page);
    end(page);
    return page.toString();
  }

  /** The first sentence, without its full stop. */
  private static String summary(List<String> description) {
    String first = description.isEmpty() ? "" : description.getFirst();
    int end = first.indexOf(". ");
    String sentence = end > 0 ? first.substring(0, end) : first;
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private String synopsis() {
    CommandLine.Help help =
        new CommandLine.Help(spec, CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    return help.synopsis(0).strip().replaceAll("\\s+", " ");
  }

  private void arguments(Roff page) {
    List<PositionalParamSpec> arguments =
        spec.positionalParameters().stream().filter(argument -> !argument.hidden()).toList();
    if (!arguments.isEmpty()) {
      page.section("ARGUMENTS");
      arguments.forEach(argument -> page.term(argument.paramLabel(), explained(argument)));
    }
  }

  private void options(Roff page) {
    page.section("OPTIONS");
    for (OptionSpec option : spec.options()) {
      String label = option.arity().max() > 0 ? " " + option.paramLabel() : "";
      page.term(String.join(", ", option.names()) + label, explained(option));
    }
  }

  private static List<String> explained(ArgSpec argument) {
    String fallback = String.valueOf(argument.defaultValue());
    List<String> words = clean(argument.description());
    return words.stream().map(line -> line.replace("${DEFAULT-VALUE}", fallback)).toList();
  }

  private void commands(Roff page) {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    page.section("COMMANDS");
    spec.subcommands().values().stream()
        .distinct()
        .map(line -> new ManPage(line.getCommandSpec()))
        .forEach(sub ->
            page.term(
                sub.name() + "(1)",
                List.of(summary(clean(sub.spec.usageMessage().description())))));
  }

  private void examples(Roff page) {
    List<String> examples = examples(spec);
    if (!examples.isEmpty()) {
      page.section("EXAMPLES").example(examples);
    }
  }

  /** What stands below {@value #EXAMPLES} in a command's help, line by line. */
  static List<String> examples(CommandSpec spec) {
    return Arrays.stream(spec.usageMessage().footer())
        .dropWhile(line -> !line.equals(EXAMPLES))
        .skip(1)
        .takeWhile(line -> line.startsWith("  "))
        .map(String::strip)
        .toList();
  }

  private void end(Roff page) {
    page.section("EXIT STATUS");
    EXIT_CODES.forEach(code -> page.term(code.substring(0, 1), List.of(code.substring(3))));
    if (spec.findOption("--url") != null) {
      environment(page);
    }
    page.section("NOTES").line("Times are UTC, in ISO 8601 (RFC 3339).");
    List<String> also = new ArrayList<>();
    if (spec.parent() != null) {
      also.add(new ManPage(spec.parent()).name() + "(1)");
    }
    also.add("holdfast.yaml(5)");
    page.section("SEE ALSO").line(String.join(", ", also));
  }

  private static void environment(Roff page) {
    page.section("ENVIRONMENT");
    page.term("HOLDFAST_URL", List.of("The gateway's admin address, where --url does not say it."));
    page.term("HOLDFAST_TOKEN", List.of("What to show it, where --token does not say it."));
    page.term("COLUMNS", List.of("How wide tables may be; default: the terminal's width."));
    page.term("NO_COLOR", List.of("Set and not empty: no colours."));
  }

  /** Without what only picocli's own help needs. */
  private static List<String> clean(String[] lines) {
    return Arrays.stream(lines)
        .flatMap(line -> Arrays.stream(line.replace("%n", "\n").replace("%%", "%").split("\n", -1)))
        .map(line -> line.isBlank() ? "" : line)
        .collect(Collectors.toList());
  }
}
