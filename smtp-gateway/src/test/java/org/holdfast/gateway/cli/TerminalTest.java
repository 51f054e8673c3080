package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

/** What a command makes of the terminal that is there, or not. */
class TerminalTest {

  private static final String REPLY =
      "450 4.2.0 the mailbox is locked by somebody, somewhere, some";
  private static final String PAIRS =
      "{\"items\":[{\"name\":\"p\",\"active\":\"a\",\"reason\":\"" + REPLY + "\"}]}";

  private final Cli cli = new Cli();

  @AfterEach
  void stop() {
    cli.close();
  }

  private static Tty tty(int columns, boolean plain) {
    return new Tty(true, true, true, columns, 24, plain);
  }

  @Test
  void table_onATerminal_fitsAndStandsOut() {
    cli.tty = tty(60, false);
    cli.gateway.on("GET /v1/pairs", 200, PAIRS);
    assertThat(cli.run("pair", "list")).isEqualTo(0);
    assertThat(cli.out.toString()).startsWith("\u001B[1mPAIR").contains("…\n");
    assertThat(cli.out.toString().lines().skip(1))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
  }

  @Test
  void table_inAPipe_isWholeAndPlain() {
    cli.gateway.on("GET /v1/pairs", 200, PAIRS);
    assertThat(cli.run("pair", "list")).isEqualTo(0);
    assertThat(cli.out.toString()).contains(REPLY).doesNotContain("\u001B", "…");
  }

  @Test
  void color_isWhatIsAskedFor() {
    cli.gateway.on("GET /v1/pairs", 200, PAIRS);
    assertThat(cli.run("pair", "list", "--color", "always")).isEqualTo(0);
    assertThat(cli.out.toString()).contains("\u001B[1m");
    cli.out.getBuffer().setLength(0);
    cli.tty = tty(80, false);
    assertThat(cli.run("pair", "list", "--color=never")).isEqualTo(0);
    assertThat(cli.run("--color", "never", "pair", "list")).isEqualTo(0);
    assertThat(cli.out.toString()).doesNotContain("\u001B");
    assertThat(cli.run("pair", "list", "--color", "blue")).isEqualTo(2);
    assertThat(cli.err.toString()).contains("it is auto, always or never, not blue");
  }

  @Test
  void auto_isForTerminalsThatHaveColours() {
    assertThat(Colour.AUTO.on(tty(80, false))).isEqualTo(Ansi.ON);
    assertThat(Colour.AUTO.on(tty(80, true))).isEqualTo(Ansi.OFF);
    assertThat(Colour.AUTO.on(Tty.NONE)).isEqualTo(Ansi.OFF);
    assertThat(Colour.ALWAYS.on(Tty.NONE)).isEqualTo(Ansi.ON);
  }

  @Test
  void environment_saysWidthAndColours() {
    assertThat(Tty.ofProcess(Map.of("COLUMNS", "77")).columns()).isEqualTo(77);
    assertThat(Tty.ofProcess(Map.of("COLUMNS", "wide")).columns()).isEqualTo(Tty.UNKNOWN);
    assertThat(Tty.ofProcess(Map.of("NO_COLOR", "1")).plain()).isTrue();
    assertThat(Tty.ofProcess(Map.of("NO_COLOR", "")).plain()).isFalse();
    assertThat(Tty.ofProcess(Map.of("TERM", "dumb")).plain()).isTrue();
  }

  @Test
  void progress_isForATerminalOnly() {
    assertThat(progress(Tty.NONE)).isEmpty();
    String shown = progress(new Tty(false, false, true, 50, 24, true));
    assertThat(shown)
        .isEqualTo("\r\033[Kloading [###############...............] 50 %, 1…\r\033[K");
  }

  private String progress(Tty tty) {
    cli.tty = tty;
    try (Progress progress = new Progress(cli.terminal(), "loading", 200, "users")) {
      progress.at(1, 1); // too early
      cli.pace.pass(Duration.ofSeconds(1));
      progress.at(100, 10);
    }
    return cli.err.toString();
  }
}
