package org.holdfast.gateway.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints. What comes from outside is shown without control characters. */
final class Terminal {

  /** Wide enough for the tables, when nobody knows the real width. */
  static final int WIDTH_UNKNOWN = 120;

  private final PrintWriter out;
  private final PrintWriter err;
  private final Ansi ansi;

  private Terminal(PrintWriter out, PrintWriter err, Ansi ansi) {
    this.out = out;
    this.err = err;
    this.ansi = ansi;
  }

  static Terminal of(@Nullable CommandSpec spec) {
    var line = Objects.requireNonNull(spec).commandLine();
    return new Terminal(line.getOut(), line.getErr(), line.getColorScheme().ansi());
  }

  /** Colours only for a person at a terminal who did not ask for none (NO_COLOR). */
  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null without a terminal again
  static Ansi ansi() {
    Console console = System.console();
    boolean person = console != null && console.isTerminal();
    boolean unwanted = System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"));
    return person && !unwanted ? Ansi.ON : Ansi.OFF;
  }

  static int width() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9]\\d{1,3}")
        ? Integer.parseInt(columns)
        : WIDTH_UNKNOWN;
  }

  boolean colours() {
    return ansi.enabled();
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** What needs attention but is not the answer. */
  void warn(String text) {
    err.println(text);
    err.flush();
  }

  /** Shows how far something has come, beside the answer, without a line end. */
  void status(String text) {
    err.print(text);
    err.flush();
  }

  /** Prints as it is, without a line end. */
  void raw(String text) {
    out.print(text);
    out.flush();
  }

  /** Copies a text as it is, to the end, and closes it. */
  void copy(InputStream text) throws IOException {
    try (Reader reader = new InputStreamReader(text, StandardCharsets.UTF_8)) {
      reader.transferTo(out);
    }
    out.flush();
  }

  /** Copies octets to stdout as they are, to the end, and closes their stream. */
  void octets(InputStream octets) throws IOException {
    out.flush();
    try (octets) {
      octets.transferTo(System.out);
    }
    System.out.flush();
  }

  /** One line of what came from outside: control characters are replaced. */
  static String oneLine(String text) {
    return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}
