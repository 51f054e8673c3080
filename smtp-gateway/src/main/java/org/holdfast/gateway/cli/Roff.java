package org.holdfast.gateway.cli;

import java.util.List;
import java.util.Locale;

/** Writes a manual page in the man macros of groff (man(7)). */
final class Roff {

  private final StringBuilder page = new StringBuilder();

  /**
   * Begins a page.
   *
   * @param section 1 for commands, 5 for files
   */
  Roff(String name, int section, String version) {
    request(
        "TH "
            + text(name.toUpperCase(Locale.ROOT))
            + " "
            + section
            + " \"\" \""
            + text(version)
            + "\" \"Holdfast manual\"");
    request("nh"); // addresses and options must not be broken by hyphens
    request("ad l");
  }

  /** Text in which nothing means anything to roff, but for a line's first letter. */
  static String text(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
  }

  /** A whole line of text. */
  private static String safe(String text) {
    String escaped = text(text);
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private void request(String request) {
    page.append('.').append(request).append('\n');
  }

  Roff section(String heading) {
    request("SH " + heading);
    return this;
  }

  Roff paragraph() {
    request("PP");
    return this;
  }

  Roff line(String text) {
    page.append(safe(text)).append('\n');
    return this;
  }

  /** A line in bold. */
  Roff bold(String text) {
    page.append("\\fB").append(text(text)).append("\\fR\n");
    return this;
  }

  /** Something that is explained: what it is called stands out. */
  Roff term(String called, List<String> explanation) {
    request("TP");
    bold(called);
    if (explanation.isEmpty()) {
      line("\u00A0");
    }
    return prose(explanation);
  }

  /** As {@link #prose}, each part a paragraph of its own. */
  Roff prose(List<String> lines) {
    boolean literal = false;
    boolean first = true;
    for (String line : lines) {
      boolean isLiteral = line.startsWith("  ");
      if (isLiteral != literal) {
        request(isLiteral ? "EX" : "EE");
        literal = isLiteral;
      }
      if (line.isBlank()) {
        request(literal ? "sp" : "sp 1");
      } else if (literal || first) {
        line(line);
      } else {
        request("br");
        line(line);
      }
      first = line.isBlank();
    }
    if (literal) {
      request("EE");
    }
    return this;
  }

  /** Lines kept as they are. */
  Roff example(List<String> lines) {
    request("PP");
    request("EX");
    lines.forEach(this::line);
    request("EE");
    return this;
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
