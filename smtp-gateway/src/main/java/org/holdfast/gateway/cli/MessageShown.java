package org.holdfast.gateway.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** One held message for people: what it is, where each delivery stands, and what happened. */
final class MessageShown {

  private static final List<String> FIELDS = List.of("id", "sender", "accepted", "client", "size");

  private MessageShown() {}

  static int print(ClientOptions options, JsonNode message) {
    if (options.json()) {
      return Answers.show(options, message);
    }
    Terminal terminal = options.terminal();
    for (String field : FIELDS) {
      String value = Terminal.oneLine(Answers.shown(message, field));
      String nothing = field.equals("sender") ? "<>" : "-";
      terminal.line("%-12s %s".formatted(field, value.isEmpty() ? nothing : value));
    }
    terminal.line("");
    deliveries(message).print(terminal);
    terminal.line("");
    if (message.path("history").isEmpty()) {
      terminal.line("no attempt is recorded, and nobody did anything to it");
    } else {
      history(message).print(terminal);
    }
    return ExitCode.DONE;
  }

  private static Table deliveries(JsonNode message) {
    Table table = new Table("RECIPIENT", "PAIR", "STATE", "ATTEMPTS", "NEXT ATTEMPT", "LAST REPLY");
    for (JsonNode each : message.path("deliveries")) {
      table.row(
          Answers.text(each, "recipient"),
          Answers.text(each, "pair"),
          Answers.text(each, "state"),
          Answers.text(each, "attempts"),
          orDash(Answers.shown(each, "nextAttempt")),
          orDash(Answers.text(each, "lastReply")));
    }
    return table;
  }

  private static Table history(JsonNode message) {
    Table table = new Table("WHEN", "ATTEMPT", "RECIPIENT", "AT", "WHAT", "BY", "REPLY");
    for (JsonNode each : message.path("history")) {
      table.row(
          Answers.toTheSecond(Answers.text(each, "at")),
          attempts(each),
          orDash(Answers.text(each, "recipient")),
          asked(each),
          Answers.text(each, "what"),
          orDash(Answers.text(each, "by")),
          orDash(Answers.text(each, "reply")));
    }
    return table;
  }

  /** {@code 3}, or {@code 4-9} when one line tells of several. */
  private static String attempts(JsonNode line) {
    int last = line.path("number").asInt(0);
    int repeats = line.path("repeats").asInt(0);
    String first = repeats == 0 ? "" : (last - repeats) + "-";
    return last == 0 ? "-" : first + last;
  }

  private static String asked(JsonNode line) {
    String pair = Answers.text(line, "pair");
    String member = Answers.text(line, "member");
    return pair.isEmpty() ? "-" : pair + "/" + member;
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
