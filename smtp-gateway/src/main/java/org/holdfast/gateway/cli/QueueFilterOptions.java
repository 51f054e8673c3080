package org.holdfast.gateway.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.holdfast.gateway.conf.Units;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which held deliveries a command is about; all that is given must hold. */
final class QueueFilterOptions {

  @Option(
      names = "--recipient",
      paramLabel = "A",
      description = "Only for this recipient: its mailbox, or the address as it was given.")
  private @Nullable String recipient;

  @Option(
      names = "--pair",
      paramLabel = "P",
      completionCandidates = CompletionCommand.PairNames.class,
      description = "Only for this pair.")
  private @Nullable String pair;

  @Option(
      names = "--state",
      completionCandidates = CompletionCommand.QueueStates.class,
      paramLabel = "S",
      description = "Only in this state: held, ready, deferred, parked.")
  private @Nullable String state;

  @Option(
      names = "--sender",
      paramLabel = "A",
      description = "Only from this reverse-path; <> for the null one.")
  private @Nullable String sender;

  @Option(
      names = "--before",
      paramLabel = "TIME",
      description = "Only accepted before this time, such as 2026-11-21T22:00:00Z.")
  private @Nullable String before;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      description = "Only accepted longer ago than this: 30m, 12h, 3d.")
  private @Nullable String age;

  @Nullable String recipient() {
    return recipient;
  }

  /** What was given, by the API's names. */
  Map<String, @Nullable Object> given(ClientOptions options) {
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    given.put("recipient", recipient);
    given.put("pair", pair);
    given.put("state", options.oneOf("--state", state, new CompletionCommand.QueueStates()));
    given.put("sender", sender);
    given.put("before", before(options));
    given.values().removeIf(value -> value == null);
    return given;
  }

  private @Nullable Instant before(ClientOptions options) {
    if (before != null && age != null) {
      throw options.misuse("give --before or --older-than, not both");
    }
    try {
      return before != null
          ? Instant.parse(before)
          : age == null
              ? null
              : options.pace().now().truncatedTo(ChronoUnit.SECONDS).minus(Units.time(age));
    } catch (DateTimeParseException _) {
      throw options.misuse("--before must be a time such as 2026-11-21T22:00:00Z, not " + before);
    } catch (IllegalArgumentException e) {
      throw options.misuse("--older-than: " + e.getMessage());
    }
  }
}
