package org.holdfast.gateway.cli;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the parts of a load did together. Used by one thread. */
final class LoadSum {

  /** Lists are cut to this length. */
  private static final int MOST_NAMED = 100;

  private static final List<String> COUNTS =
      List.of("pairs", "users", "aliases", "domains", "holds", "unchanged");

  private final ObjectNode sum = AdminClient.object();

  LoadSum() {
    COUNTS.forEach(key -> sum.put(key, 0));
  }

  void add(JsonNode answer) {
    for (Map.Entry<String, JsonNode> field : answer.properties()) {
      add(sum, field.getKey(), field.getValue());
    }
  }

  private static void add(ObjectNode to, String key, JsonNode more) {
    JsonNode before = to.path(key);
    if (more.isIntegralNumber()) {
      to.put(key, before.asLong(0) + more.asLong());
    } else if (more.isArray()) {
      ArrayNode list = before instanceof ArrayNode there ? there : to.putArray(key);
      more.forEach(item -> {
        if (list.size() < MOST_NAMED) {
          list.add(item);
        }
      });
    } else if (more.isObject()) {
      ObjectNode inner = before instanceof ObjectNode there ? there : to.putObject(key);
      more.properties().forEach(field -> add(inner, field.getKey(), field.getValue()));
    } else {
      to.set(key, more);
    }
  }

  JsonNode json() {
    return sum;
  }

  /** What was there already, and was otherwise. */
  long changed() {
    return sum.path("kinds").valueStream().mapToLong(kind -> kind.path("changed").asLong(0)).sum();
  }

  /** Prints it; the exit code. */
  int print(ClientOptions options, boolean dryRun) {
    if (options.json()) {
      Answers.json(options, sum);
    } else {
      words(options.terminal(), dryRun);
    }
    return count("notQuiesced") == 0 ? ExitCode.DONE : ExitCode.REFUSED;
  }

  private void words(Terminal terminal, boolean dryRun) {
    sum.path("changes").forEach(change -> terminal.line(Terminal.oneLine(change.asString())));
    long changes = COUNTS.stream().mapToLong(this::count).sum() - count("unchanged");
    if (dryRun && changes > sum.path("changes").size()) {
      terminal.line("... and " + (changes - sum.path("changes").size()) + " more");
    }
    for (JsonNode warning : sum.path("warnings")) {
      terminal.warn("warning: " + Terminal.oneLine(warning.asString()));
    }
    more(terminal, "warned", "warnings", "warnings");
    for (JsonNode open : sum.path("open")) {
      terminal.warn("NOT QUIESCED: " + open(open));
    }
    more(terminal, "notQuiesced", "open", "not quiesced");
    terminal.line((dryRun ? "would load: " : "loaded: ") + counts(changes));
  }

  private static String open(JsonNode open) {
    String stands = open.path("applied").asBoolean(false) ? "changed, but " : "NOT changed: ";
    return Terminal.oneLine(Answers.text(open, "name") + ": " + stands + Answers.text(open, "why"));
  }

  private void more(Terminal terminal, String count, String list, String what) {
    long left = count(count) - sum.path(list).size();
    if (left > 0) {
      terminal.warn("... and " + left + " more " + what);
    }
  }

  private String counts(long changes) {
    StringBuilder line = new StringBuilder();
    for (String key : COUNTS) {
      boolean always = !key.equals("domains") && !key.equals("holds");
      if (always || count(key) > 0) {
        line.append(line.isEmpty() ? "" : "  ").append(key).append('=').append(count(key));
      }
    }
    if (count("notQuiesced") > 0) {
      line.append("  notQuiesced=").append(count("notQuiesced"));
    } else if (changes == 0) {
      line.append("  (nothing to change)");
    }
    return line.toString();
  }

  private long count(String key) {
    return sum.path(key).asLong(0);
  }
}
