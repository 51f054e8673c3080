package org.holdfast.gateway.cli;

import java.io.Console;
import java.util.Map;

/**
 * What the process's three streams lead to: a terminal, or a file or pipe.
 *
 * @param in whether stdin is a terminal
 * @param out whether stdout is one
 * @param err whether stderr is one
 * @param columns of the terminal; {@link #UNKNOWN} when nobody knows
 * @param rows of it; 0 when nobody knows
 * @param plain whether colours are unwanted: NO_COLOR, or a terminal that has none
 */
record Tty(boolean in, boolean out, boolean err, int columns, int rows, boolean plain) {

  /** No terminal anywhere. */
  static final Tty NONE = new Tty(false, false, false, 0, 0, true);

  /** Columns or rows that nobody knows. */
  static final int UNKNOWN = 0;

  // The launcher asks the system (test -t, stty size) in a few ms; asking from here would load a
  // foreign-function linker for every command.
  private static final String STREAMS = "holdfast.tty";
  private static final String SIZE = "holdfast.tty.size";

  /** This process's, as the launcher said, else as far as the JDK knows. */
  static Tty ofProcess(Map<String, String> environment) {
    String streams = System.getProperty(STREAMS);
    String known = streams == null ? byConsole() : streams;
    String[] size = System.getProperty(SIZE, "").split(" ", -1);
    int columns = number(environment.getOrDefault("COLUMNS", ""));
    return new Tty(
        known.contains("0"),
        known.contains("1"),
        known.contains("2"),
        columns > 0 ? columns : number(size.length == 2 ? size[1] : ""),
        number(size[0]),
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || "dumb".equals(environment.get("TERM")));
  }

  /** The JDK knows only whether stdin and stdout both are one. */
  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null without a terminal again
  private static String byConsole() {
    Console console = System.console();
    return console != null && console.isTerminal() ? "012" : "";
  }

  private static int number(String text) {
    return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : UNKNOWN;
  }
}
