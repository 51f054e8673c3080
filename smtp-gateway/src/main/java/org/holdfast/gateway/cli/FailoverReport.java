package org.holdfast.gateway.cli;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What a failover came to, or would. */
final class FailoverReport {

  private FailoverReport() {}

  /** Prints it; the exit code. */
  static int print(ClientOptions options, JsonNode report) {
    if (options.json()) {
      Answers.json(options, report);
    } else {
      people(options.terminal(), report);
    }
    return whole(report) ? ExitCode.DONE : ExitCode.REFUSED;
  }

  /** A failover that did not come to its end is refused by the API; a dry run has an answer. */
  private static boolean whole(JsonNode report) {
    return report.path("steps").valueStream().allMatch(step -> step.path("ok").asBoolean(false));
  }

  private static void people(Terminal terminal, JsonNode report) {
    boolean dry = Answers.text(report, "outcome").equals("dry-run");
    terminal.line(
        Terminal.oneLine(
            "failover of %s from %s to %s: %s"
                .formatted(
                    Answers.text(report, "pair"),
                    Answers.text(report, "from"),
                    Answers.text(report, "to"),
                    dry ? words(report) : Answers.text(report, "outcome"))));
    for (JsonNode step : report.path("steps")) {
      terminal.line(
          "  "
              + Terminal.oneLine(
                  "%-6s %-15s %s%s"
                      .formatted(
                          step.path("ok").asBoolean(false) ? "ok" : "FAILED",
                          Answers.text(step, "step"),
                          Answers.text(step, "detail"),
                          dry ? "" : took(step))));
    }
    for (JsonNode warning : report.path("warnings")) {
      terminal.line("WARNING: " + Terminal.oneLine(warning.asString()));
    }
  }

  private static String words(JsonNode report) {
    return whole(report) ? "would be done; nothing was changed" : "would FAIL; nothing was changed";
  }

  private static String took(JsonNode step) {
    return String.format(Locale.ROOT, " (%.1f s)", step.path("millis").asDouble(0) / 1000);
  }
}
