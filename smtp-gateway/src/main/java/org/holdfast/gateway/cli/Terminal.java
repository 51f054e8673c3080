package org.holdfast.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints. What comes from outside is shown without control characters. */
final class Terminal {

  private final PrintWriter out;
  private final PrintWriter err;
  private final Ansi ansi;
  private final Surroundings around;

  private Terminal(PrintWriter out, PrintWriter err, Ansi ansi, Surroundings around) {
    this.out = out;
    this.err = err;
    this.ansi = ansi;
    this.around = around;
  }

  static Terminal of(@Nullable CommandSpec spec) {
    var line = Objects.requireNonNull(spec).commandLine();
    Surroundings around =
        spec.root().userObject() instanceof Main main
            ? main.surroundings()
            : Surroundings.of(java.util.Map.of());
    return new Terminal(line.getOut(), line.getErr(), line.getColorScheme().ansi(), around);
  }

  /** Columns that a line may take; 0: any number, as nobody looks at it on a terminal. */
  int width() {
    return around.tty().out() ? around.tty().columns() : 0;
  }

  /** Whether stdout is a terminal, on which lines can be drawn anew. */
  boolean screen() {
    return around.tty().out();
  }

  /** Whether a person sits at a terminal whose cursor can be moved anywhere. */
  boolean fullScreen() {
    boolean dumb = "dumb".equals(around.environment().getOrDefault("TERM", "dumb"));
    return around.tty().in() && around.tty().out() && !dumb;
  }

  /** Whether stderr is a terminal: only there it is shown how far something has come. */
  boolean watched() {
    return around.tty().err();
  }

  /** Columns of the terminal that stderr is. */
  int watchedWidth() {
    return around.tty().columns() == Tty.UNKNOWN ? 80 : around.tty().columns();
  }

  Pace pace() {
    return around.pace();
  }

  boolean colours() {
    return ansi.enabled();
  }

  String bold(String text) {
    return colours() ? "\u001B[1m" + text + "\u001B[0m" : text;
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  void lines(List<String> lines) {
    lines.forEach(out::println);
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
    try (octets) {
      octets.transferTo(octets());
    }
    octets().flush();
  }

  /** Stdout, for what is no text of ours; not to be closed. */
  OutputStream octets() {
    out.flush();
    return around.octets();
  }

  /** One line of what came from outside: control characters are replaced. */
  static String oneLine(String text) {
    return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}
