package org.holdfast.gateway.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts something wider than a user on hold, or lets it go. */
final class HoldSwitch {

  private HoldSwitch() {}

  /**
   * Sends {@code hold} or {@code active} and returns the exit code.
   *
   * @param path of the thing, without {@code /state}
   * @param what it is called on the screen
   * @param reason null: none is given
   * @param wait for open deliveries; null: the gateway's own
   */
  static int set(
      ClientOptions options,
      String path,
      String what,
      String state,
      @Nullable String reason,
      @Nullable String wait)
      throws Exception {
    ObjectNode body = AdminClient.object().put("state", state);
    if (reason != null) {
      body.put("reason", reason);
    }
    if (wait != null) {
      body.put("wait", wait);
    }
    try (AdminClient client = options.client()) {
      return Answers.flip(options, what + ": " + state, flip(options, client, path, body));
    }
  }

  /** Waits for the answer, and shows that it waits. */
  static JsonNode flip(ClientOptions options, AdminClient client, String path, ObjectNode body)
      throws Exception {
    Progress progress =
        new Progress(options.terminal(), "waiting for open deliveries", 0, "deliveries");
    return LongCall.answer(
        options.terminal(),
        progress,
        () -> client.put(path + "/state", body),
        shown -> shown.still(""));
  }
}
