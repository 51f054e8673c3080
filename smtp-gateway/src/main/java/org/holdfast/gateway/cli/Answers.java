package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.gateway.conf.Units;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How the API's answers look on the screen; each returns the exit code. */
final class Answers {

  /** Keys whose values are moments. */
  private static final Set<String> TIMES =
      Set.of(
          "accepted",
          "at",
          "since",
          "oldest",
          "nextAttempt",
          "began",
          "expectedEnd",
          "ended",
          "nextProbe");

  /** Columns of a table that are left out, one after the other, until it fits a terminal. */
  private static final List<String> LESSER = List.of("size", "sender", "by", "to");

  private Answers() {}

  /** A value as text; empty when it is missing or null. */
  static String text(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    return value.isValueNode() ? value.asString() : value.toString();
  }

  /** As {@link #text}, sizes and times as people read them. */
  static String shown(JsonNode node, String key) {
    JsonNode value = node.path(key);
    boolean bytes = key.equals("size") || key.equals("bytes");
    if (bytes && value.isNumber()) {
      return Units.show(value.asLong());
    }
    return TIMES.contains(key) ? toTheSecond(text(node, key)) : text(node, key);
  }

  static String toTheSecond(String instant) {
    try {
      return Instant.parse(instant).truncatedTo(ChronoUnit.SECONDS).toString();
    } catch (DateTimeParseException _) {
      return instant;
    }
  }

  static void json(ClientOptions options, JsonNode answer) {
    options.terminal().line(answer.toPrettyString());
  }

  /** Prints JSON when asked for, else this line. */
  static int done(ClientOptions options, String line, JsonNode answer) {
    if (options.json()) {
      json(options, answer);
    } else {
      options.terminal().line(Terminal.oneLine(line));
    }
    return ExitCode.DONE;
  }

  /** One thing, key by key. */
  static int show(ClientOptions options, JsonNode answer) {
    if (options.json()) {
      json(options, answer);
    } else {
      fields(options.terminal(), answer, "");
    }
    return ExitCode.DONE;
  }

  private static void fields(Terminal terminal, JsonNode node, String indent) {
    int width = node.propertyStream().mapToInt(field -> field.getKey().length()).max().orElse(0);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      field(terminal, node, field, indent, Math.clamp(width, 12, 20));
    }
  }

  private static void field(
      Terminal terminal,
      JsonNode node,
      Map.Entry<String, JsonNode> field,
      String indent,
      int width) {
    JsonNode value = field.getValue();
    String key = Terminal.oneLine(field.getKey());
    if (value.isContainer() && !isFlat(value)) {
      terminal.line(indent + key + (value.isEmpty() ? "     -" : ""));
      for (JsonNode item :
          value.isArray() ? value : AdminClient.JSON.createArrayNode().add(value)) {
        nested(terminal, item, indent + "  ");
      }
      return;
    }
    String text = value.isContainer() ? flat(value) : shown(node, field.getKey());
    terminal.line(
        indent
            + key
            + " ".repeat(Math.max(0, width - key.length()) + 1)
            + (text.isEmpty() ? "-" : Terminal.oneLine(text)));
  }

  private static void nested(Terminal terminal, JsonNode item, String indent) {
    terminal.line(indent + flat(item));
  }

  private static boolean isFlat(JsonNode node) {
    return node.isObject() && node.valueStream().noneMatch(JsonNode::isContainer);
  }

  /** An object on one line: {@code key=value key=value}. */
  static String flat(JsonNode node) {
    if (node.isValueNode()) {
      return Terminal.oneLine(node.asString());
    }
    StringBuilder line = new StringBuilder();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String value =
          field.getValue().isContainer() ? flat(field.getValue()) : shown(node, field.getKey());
      if (!value.isEmpty()) {
        line.append(line.isEmpty() ? "" : "  ").append(field.getKey()).append('=').append(value);
      }
    }
    return Terminal.oneLine(line.toString());
  }

  /** The addresses of a list, one a line and as they come, for scripts and {@code --file}. */
  static int addresses(ClientOptions options, Pages pages)
      throws IOException, InterruptedException {
    boolean more =
        pages.each(item -> options.terminal().line(Terminal.oneLine(text(item, "address"))));
    if (more && pages.limit() < Integer.MAX_VALUE) {
      options.terminal().warn("There may be more: see --limit.");
    }
    return ExitCode.DONE;
  }

  /** A list as a table. */
  static int table(ClientOptions options, Pages pages, String[] header, String... keys)
      throws IOException, InterruptedException {
    if (pages.limit() < 1) {
      throw options.misuse("--limit must be 1 or more, not " + pages.limit());
    }
    ArrayNode items = AdminClient.JSON.createArrayNode();
    boolean more = pages.each(items::add);
    if (options.json()) {
      ObjectNode answer = AdminClient.object();
      answer.set("items", items);
      json(options, answer.put("next", pages.next()));
    } else {
      table(options, items, header, keys);
    }
    if (more) {
      options.terminal().warn("There may be more: see --limit.");
    }
    return ExitCode.DONE;
  }

  static void table(ClientOptions options, JsonNode items, String[] header, String... keys) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      columns.add(new Column(header[i], keys[i]));
    }
    int width = options.terminal().width();
    Table table = table(items, columns, false);
    if (!table.fits(width)) {
      table = table(items, columns, true);
    }
    for (String key : LESSER) {
      if (!table.fits(width)) {
        columns.removeIf(column -> column.key().equals(key));
        table = table(items, columns, true);
      }
    }
    table.print(options.terminal());
  }

  private record Column(String header, String key) {}

  private static Table table(JsonNode items, List<Column> columns, boolean ages) {
    Table table = new Table(columns.stream().map(Column::header).toArray(String[]::new));
    for (JsonNode item : items) {
      table.row(
          columns.stream()
              .map(column -> ages ? brief(item, column.key()) : shown(item, column.key()))
              .toArray(String[]::new));
    }
    return table;
  }

  /** As {@link #shown}, with a time as how long ago it was. */
  private static String brief(JsonNode item, String key) {
    String text = shown(item, key);
    String age = TIMES.contains(key) ? age(text, Instant.now()) : text;
    return age.equals(text) ? text : age + " ago";
  }

  /**
   * The answer of a flip: done only when it is quiesced (an answer that does not speak of it needs
   * no waiting).
   */
  static int flip(ClientOptions options, String what, JsonNode answer) {
    if (options.json()) {
      json(options, answer);
    } else {
      options.terminal().line(Terminal.oneLine(what + flipped(answer)));
    }
    return quiesced(answer) ? ExitCode.DONE : ExitCode.REFUSED;
  }

  static boolean quiesced(JsonNode answer) {
    return answer.path("quiesced").asBoolean(true);
  }

  /** {@code (epoch 7), quiesced; 3 held}. */
  static String flipped(JsonNode answer) {
    StringBuilder line = new StringBuilder();
    if (answer.has("epoch")) {
      line.append(" (epoch ").append(text(answer, "epoch")).append(')');
    }
    if (answer.has("quiesced")) {
      line.append(quiesced(answer) ? ", quiesced" : ", NOT QUIESCED: deliveries are still open");
    }
    if (answer.path("held").isNumber()) {
      line.append("; ").append(text(answer, "held")).append(" held");
    }
    if (!quiesced(answer)) {
      open(answer, line);
    }
    return line.toString();
  }

  private static void open(JsonNode answer, StringBuilder line) {
    Iterator<JsonNode> open = answer.path("open").iterator();
    while (open.hasNext()) {
      line.append("; open: ").append(flat(open.next()));
    }
    int more = answer.path("openCount").asInt(0) - answer.path("open").size();
    if (more > 0) {
      line.append("; and ").append(more).append(" more");
    }
  }

  /** One event: {@code when who what target now pair=p state=s (why)}. */
  static String sentence(JsonNode event) {
    StringBuilder line = new StringBuilder();
    for (String key : List.of("at", "who", "what", "target")) {
      line.append(shown(event, key)).append("  ");
    }
    if (event.path("after").isObject()) {
      line.append("now ").append(flat(event.path("after"))).append("  ");
    }
    String why = text(event, "why");
    return Terminal.oneLine(why.isEmpty() ? line.toString().strip() : line + "(" + why + ")");
  }

  /** How long ago, such as {@code 3m12s}; the text itself when it is no time. */
  static String age(String instant, Instant now) {
    try {
      Duration age = Duration.between(Instant.parse(instant), now);
      long seconds = Math.max(0, age.toSeconds());
      if (seconds < 60) {
        return seconds + "s";
      }
      return seconds < 3600
          ? seconds / 60 + "m" + seconds % 60 + "s"
          : seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
    } catch (DateTimeParseException _) {
      return instant;
    }
  }
}
