package org.holdfast.gateway.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which held deliveries a command is about; all that is given must hold. */
final class QueueFilterOptions {

  @Option(names = "--recipient", paramLabel = "A", description = "Only for this recipient.")
  private @Nullable String recipient;

  @Option(names = "--pair", paramLabel = "P", description = "Only for this pair.")
  private @Nullable String pair;

  @Option(
      names = "--state",
      paramLabel = "S",
      description = "Only in this state: held, ready, deferred, parked.")
  private @Nullable String state;

  @Option(
      names = "--sender",
      paramLabel = "A",
      description = "Only from this reverse-path; <> for the null one.")
  private @Nullable String sender;

  @Nullable String recipient() {
    return recipient;
  }

  /** What was given, by the API's names. */
  Map<String, @Nullable Object> given() {
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    given.put("recipient", recipient);
    given.put("pair", pair);
    given.put("state", state);
    given.put("sender", sender);
    given.values().removeIf(value -> value == null);
    return given;
  }
}
