package org.holdfast.gateway.cli;

import java.util.Locale;
import java.util.Map;
import org.holdfast.gateway.conf.Units;
import tools.jackson.databind.JsonNode;

/** One pair as people look at it: how it stands, what waits for it, a line for each member. */
final class PairShow {

  private static final String NONE = "-";

  private final Terminal terminal;
  private final JsonNode pair;

  PairShow(Terminal terminal, JsonNode pair) {
    this.terminal = terminal;
    this.pair = pair;
  }

  void print() {
    line("pair", text("name"));
    line("state", state());
    line("active", text("active") + ", " + text("health"));
    line("held", held());
    line("in flight", text("inFlight"));
    line("released", released());
    terminal.line("");
    members();
  }

  private void line(String what, String value) {
    terminal.line(Terminal.oneLine("%-10s %s".formatted(what, value)));
  }

  private String text(String key) {
    return Answers.text(pair, key);
  }

  /** {@code hold since T by ops: disk trouble}. */
  private String state() {
    String reason = text("reason");
    return "%s since %s by %s%s (epoch %s)"
        .formatted(
            text("state"),
            Answers.shown(pair, "since"),
            orNone(text("by")),
            reason.isEmpty() ? "" : ": " + reason,
            text("epoch"));
  }

  private String held() {
    String oldest = Answers.shown(pair, "oldest");
    StringBuilder held = new StringBuilder(text("held"));
    String between = " (";
    for (Map.Entry<String, JsonNode> state : pair.path("byState").properties()) {
      held.append(between).append(state.getKey()).append(' ').append(state.getValue().asString());
      between = ", ";
    }
    return held
        + (between.equals(", ") ? ")" : "")
        + ", "
        + Units.show(pair.path("bytes").asLong(0))
        + (oldest.isEmpty() ? "" : ", oldest " + oldest);
  }

  private String released() {
    double rate = pair.path("ratePerSecond").asDouble(0);
    return String.format(Locale.ROOT, "%s, %.1f a second", text("released"), rate);
  }

  private void members() {
    Table table = new Table("", "MEMBER", "LMTP", "IMAP", "HEALTH", "LATENCY", "OPEN", "BREAKER");
    for (Map.Entry<String, JsonNode> member : pair.path("members").properties()) {
      boolean active = isActive(member);
      JsonNode at = member.getValue();
      table.row(
          active ? "*" : "",
          member.getKey(),
          Answers.text(at, "lmtp"),
          orNone(Answers.text(at, "imap")),
          Answers.text(at, "health"),
          latency(at.path("latencyMillis")),
          Answers.text(at, "inFlight"),
          active ? text("breaker") : NONE);
    }
    table.print(terminal);
    pair.path("members").properties().forEach(this::heard);
  }

  private boolean isActive(Map.Entry<String, JsonNode> member) {
    return member.getKey().equals(text("active"));
  }

  /** What was heard of a member last, below the table: it is a sentence. */
  private void heard(Map.Entry<String, JsonNode> member) {
    String since = Answers.shown(member.getValue(), "since");
    String detail = Answers.text(member.getValue(), "detail");
    if (!since.isEmpty() || !detail.isEmpty()) {
      line(
          member.getKey(),
          Answers.text(member.getValue(), "health")
              + (since.isEmpty() ? "" : " since " + since)
              + (detail.isEmpty() ? "" : ": " + detail));
    }
  }

  private static String latency(JsonNode millis) {
    return millis.isNumber() ? String.format(Locale.ROOT, "%.1f ms", millis.asDouble()) : NONE;
  }

  private static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }
}
