package org.holdfast.gateway.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Tells the story on stdout: plain lines with the seconds since it began. Thread-safe. */
@SuppressWarnings("AnnotateFormatMethod") // would need Error Prone's annotations at run time
final class Narrator {

  private static final String BOLD = "\033[1m";
  private static final String DIM = "\033[2m";
  private static final String GREEN = "\033[32m";
  private static final String RED = "\033[31m";
  private static final String PLAIN = "\033[0m";

  private final PrintStream out;
  private final boolean colour;
  private final LongSupplier nanos;
  private final long began;

  /**
   * Begins now.
   *
   * @param colour true only on a terminal
   * @param nanos a clock like {@link System#nanoTime}
   */
  Narrator(PrintStream out, boolean colour, LongSupplier nanos) {
    this.out = out;
    this.colour = colour;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  void title(String text) {
    out.println(paint(BOLD, text));
  }

  void chapter(String text) {
    out.println();
    out.println(paint(BOLD, "== " + text));
  }

  /** One line of the story, with its time. */
  void say(String format, Object... arguments) {
    out.println(paint(DIM, clock()) + "  " + String.format(Locale.ROOT, format, arguments));
  }

  /** A line without a time: tables, hints. */
  void line(String format, Object... arguments) {
    out.println("         " + String.format(Locale.ROOT, format, arguments));
  }

  void verdict(boolean good, String text) {
    out.println();
    out.println(paint(BOLD + (good ? GREEN : RED), text));
  }

  Duration elapsed() {
    return Duration.ofNanos(nanos.getAsLong() - began);
  }

  private String clock() {
    return String.format(Locale.ROOT, "%5.1f s", elapsed().toMillis() / 1000.0);
  }

  private String paint(String style, String text) {
    return colour ? style + text + PLAIN : text;
  }
}
