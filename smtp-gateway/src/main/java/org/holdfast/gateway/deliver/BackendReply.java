package org.holdfast.gateway.deliver;

import java.util.List;
import org.holdfast.gateway.reply.Reply;

/**
 * A reply as it came from a backend.
 *
 * @param code 200 to 599
 * @param lines the text of each line after the code, printable ASCII; one at least
 */
record BackendReply(int code, List<String> lines) {

  /** Longest text passed on, in characters. */
  static final int MAX_TEXT = 400;

  private static final int MAX_DIGITS = 3;

  boolean positive() {
    return code < 300;
  }

  boolean refusal() {
    return code >= 400;
  }

  /**
   * As one line, the enhanced code (RFC 2034) taken out where it fits the basic code. It should be
   * on every line; Cyrus has it on the last one only, after some sentences for people.
   */
  Reply toReply() {
    String enhanced =
        lines.stream().map(this::enhanced).filter(e -> !e.isEmpty()).findFirst().orElse("");
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      String own = enhanced.isEmpty() ? line : without(enhanced, line);
      text.append(text.isEmpty() ? "" : " ").append(own);
      if (text.length() > MAX_TEXT) {
        text.setLength(MAX_TEXT);
        break;
      }
    }
    return new Reply(code, enhanced, text.toString().strip());
  }

  private static String without(String enhanced, String line) {
    return line.startsWith(enhanced) ? line.substring(enhanced.length()).stripLeading() : line;
  }

  /** {@code class.subject.detail} at the start of the text (RFC 3463 section 2), or empty. */
  private String enhanced(String line) {
    if (line.length() < 5 || line.charAt(0) != '0' + code / 100 || line.charAt(1) != '.') {
      return "";
    }
    int subject = digits(line, 2);
    if (subject == 2 || subject >= line.length() || line.charAt(subject) != '.') {
      return "";
    }
    int detail = digits(line, subject + 1);
    boolean ends = detail == line.length() || line.charAt(detail) == ' ';
    return detail > subject + 1 && ends ? line.substring(0, detail) : "";
  }

  private static int digits(String line, int from) {
    int at = from;
    while (at < line.length() && at < from + MAX_DIGITS && Character.isDigit(line.charAt(at))) {
      at++;
    }
    return at;
  }
}
