package org.holdfast.gateway.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code man}: manual pages, of each command and of the configuration. */
@Command(
    name = "man",
    description = {
      "Prints the manual page of a command, or of holdfast.yaml, for man and groff; or writes all"
          + " of them."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast man queue discard | man -l -",
      "  holdfast man holdfast.yaml | man -l -",
      "  holdfast man --folder /usr/local/share/man"
    })
final class ManCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "The command's words, or holdfast.yaml; none: holdfast itself.")
  private List<String> words = List.of();

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Writes all pages into its folders man1 and man5.")
  private @Nullable Path folder;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The commented configuration; default: conf/holdfast.yaml.")
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec root = Objects.requireNonNull(spec).root();
    if (folder != null) {
      write(root, folder);
    } else if (words.equals(List.of(ConfigurationPage.NAME))) {
      Terminal.of(spec).raw(configuration(root));
    } else {
      Terminal.of(spec).raw(new ManPage(found(root)).roff());
    }
    return ExitCode.DONE;
  }

  private void write(CommandSpec root, Path to) throws Exception {
    Path commands = Files.createDirectories(to.resolve("man1"));
    Path files = Files.createDirectories(to.resolve("man5"));
    for (ManPage page : ManPage.all(root).toList()) {
      Files.writeString(commands.resolve(page.name() + ".1"), page.roff());
    }
    Files.writeString(files.resolve(ConfigurationPage.NAME + ".5"), configuration(root));
  }

  private String configuration(CommandSpec root) throws Exception {
    Path file = config == null ? ConfigPath.byDefault() : config;
    return ConfigurationPage.roff(Files.readAllLines(file), root.version()[0]);
  }

  private CommandSpec found(CommandSpec root) {
    CommandSpec at = root;
    for (String word : words) {
      CommandLine next = at.subcommands().get(word);
      if (next == null) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(), "there is no command " + word);
      }
      at = next.getCommandSpec();
    }
    return at;
  }
}
