package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Help and manual come from one model: it has to be whole, and its examples have to be right. */
class ManualTest {

  private static final CommandLine LINE = Main.commandLine((_, _) -> 9, _ -> 9, Map.of());
  private static final Path SHIPPED = Path.of("..", "conf", "holdfast.yaml");

  @TempDir private Path folder = Path.of("");

  private static Stream<CommandSpec> all(CommandSpec spec) {
    return Stream.concat(
        Stream.of(spec),
        spec.subcommands().values().stream().flatMap(sub -> all(sub.getCommandSpec())));
  }

  static Stream<CommandSpec> commands() {
    return all(LINE.getCommandSpec()).filter(spec -> spec.subcommands().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommand_hasExamplesThatParse(CommandSpec spec) {
    List<String> examples = ManPage.examples(spec);
    assertThat(examples).as(spec.qualifiedName()).isNotEmpty();
    for (String example : examples) {
      List<String> words = words(example);
      CommandLine.ParseResult parsed = LINE.parseArgs(words.toArray(String[]::new));
      assertThat(last(parsed).commandSpec().qualifiedName()).isEqualTo(spec.qualifiedName());
    }
  }

  private static CommandLine.ParseResult last(CommandLine.ParseResult parsed) {
    return parsed.hasSubcommand() ? last(parsed.subcommand()) : parsed;
  }

  /** As a shell splits them, as far as it goes to holdfast. */
  private static List<String> words(String example) {
    String line = example.split(" [|>&]", 2)[0].substring("holdfast ".length());
    List<String> words = new ArrayList<>();
    var word = java.util.regex.Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
    while (word.find()) {
      words.add(word.group(1) != null ? word.group(1) : word.group(2));
    }
    return words;
  }

  @Test
  void everyArgumentAndOption_isDescribed() {
    all(LINE.getCommandSpec())
        .forEach(spec ->
            spec.args()
                .forEach(argument ->
                    assertThat(argument.description())
                        .as(spec.qualifiedName() + " " + argument.paramLabel())
                        .isNotEmpty()));
  }

  @Test
  void configurationPage_hasEveryKeyWithItsComment() throws Exception {
    String page = ConfigurationPage.roff(Files.readAllLines(SHIPPED), "v");
    assertThat(page)
        .contains(
            ".TH HOLDFAST.YAML 5",
            "\\fBsmtp.tls.min\\-version: \\(dq1.2\\(dq\\fR\nThe lowest version of TLS",
            "\\fBlmtp.max\\-recipients: 1000\\fR\nAs for smtp.",
            "\\fBlog.level: info\\fR")
        .contains("Live: counts when the file is read again.")
        .contains("512 (bytes), 64KiB");
    assertThat(page.lines()).noneMatch(line -> line.startsWith("#") || line.contains("  #"));
  }

  @Test
  void folder_takesAllPages() {
    try (Cli cli = new Cli()) {
      String to = folder.toString();
      assertThat(cli.run("man", "--folder", to, "--config", SHIPPED.toString())).isEqualTo(0);
      assertThat(folder.resolve("man1/holdfast-queue-discard.1")).isNotEmptyFile();
      assertThat(folder.resolve("man1/holdfast.1")).isNotEmptyFile();
      assertThat(folder.resolve("man5/holdfast.yaml.5")).isNotEmptyFile();
      assertThat(cli.run("man", "queue", "nope")).isEqualTo(2);
    }
  }

  @Test
  void groff_findsNothingToWarnOf() throws Exception {
    assumeTrue(installed("groff"), "groff is not installed: apt install groff-base");
    Path file = folder.resolve("all");
    StringBuilder pages = new StringBuilder();
    ManPage.all(LINE.getCommandSpec()).forEach(page -> pages.append(page.roff()));
    Files.writeString(file, pages + ConfigurationPage.roff(Files.readAllLines(SHIPPED), "v"));
    Process groff =
        new ProcessBuilder("groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(groff.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "holdfast queue di|discard",
        "holdfast user state a@x.org mov|moving",
        "holdfast queue list --state par|parked",
        "holdfast --color al|always",
        "fake pair show imap5|imap5-6",
        "fake queue list --pair |imap5-6\nimap7-8",
        "holdfast queue list --pair x|",
      })
  void bash_completes(String words) throws Exception {
    assumeTrue(installed("bash"), "bash is not installed");
    String[] parts = words.split("\\|", 2);
    Path script = folder.resolve("completion");
    try (Cli cli = new Cli()) {
      assertThat(cli.run("completion", "bash")).isEqualTo(0);
      Files.writeString(script, cli.out.toString());
    }
    String test =
        """
        source '%s'
        compopt() { :; }
        fake() { printf '    "name" : "imap5-6",\\n    "name" : "imap7-8",\\n'; }
        holdfast() { :; }
        IFS=' ' read -r -a COMP_WORDS <<<'%s'
        case '%s' in *' ') COMP_WORDS+=('') ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _complete_holdfast
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(script, parts[0], parts[0]);
    Process bash = new ProcessBuilder("bash", "-c", test).redirectErrorStream(true).start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said.strip()).isEqualTo(parts[1]);
  }

  private static boolean installed(String program) {
    try {
      Process process = new ProcessBuilder(program, "--version").start();
      process.getInputStream().readAllBytes();
      return process.waitFor(10, TimeUnit.SECONDS);
    } catch (IOException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
