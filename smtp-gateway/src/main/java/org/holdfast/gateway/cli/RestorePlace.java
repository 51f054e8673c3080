package org.holdfast.gateway.cli;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A user's place among those who wait for their mailboxes, for people. */
final class RestorePlace {

  private static final String RESTORE = "restore";

  private RestorePlace() {}

  /** The user with its request in words, without it when there is none. */
  static JsonNode inWords(JsonNode user) {
    if (!(user instanceof ObjectNode whole)) {
      return user;
    }
    ObjectNode told = whole.deepCopy();
    JsonNode restore = whole.path(RESTORE);
    if (!restore.isObject()) {
      told.remove(RESTORE);
      return told;
    }
    return told.put(
        RESTORE,
        "asked to be restored at "
            + Answers.toTheSecond(Answers.text(restore, "since"))
            + ", "
            + ordinal(restore.path("position").asLong())
            + " of "
            + grouped(restore.path("of").asLong()));
  }

  private static String ordinal(long number) {
    long tens = number % 100;
    String end =
        tens >= 11 && tens <= 13
            ? "th"
            : switch ((int) (number % 10)) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return grouped(number) + end;
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
  }
}
