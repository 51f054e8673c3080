package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.conf.Units;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code top} saw in one look at the gateway.
 *
 * @param at when, by our clock
 * @param queue totals
 * @param pairs all of them
 * @param releases what is being let go
 * @param forgotten the first of the forgotten holds
 * @param events the last changes, oldest first
 */
record TopLook(
    Instant at,
    JsonNode queue,
    JsonNode pairs,
    JsonNode releases,
    JsonNode forgotten,
    JsonNode events) {

  /** Events that are asked for. */
  static final int EVENTS = 20;

  /** Forgotten holds that are asked for: more are told as so many or more. */
  static final int FORGOTTEN = 100;

  /** Asks for everything. */
  static TopLook at(AdminClient client, Pace pace) throws IOException, InterruptedException {
    return new TopLook(
        pace.now(),
        client.get("/v1/queue"),
        Pages.items(client.get("/v1/pairs")),
        Pages.items(client.get("/v1/releases")),
        Pages.items(client.get("/v1/holds/forgotten?limit=" + FORGOTTEN)),
        Pages.items(client.get("/v1/events?limit=" + EVENTS)));
  }

  JsonNode json() {
    ObjectNode json = AdminClient.object().put("at", at.toString());
    json.set("queue", queue);
    json.set("pairs", pairs);
    json.set("releases", releases);
    json.set("forgotten", forgotten);
    return json.set("events", events);
  }

  /** {@code 12 held (3 messages, 4.6KiB), oldest 25s; disk: 1GiB used, 79GiB free}. */
  String totals() {
    String oldest = Answers.text(queue, "oldest");
    JsonNode disk = queue.path("disk");
    String held =
        "%s held (%s messages, %s)%s"
            .formatted(
                Progress.count(queue.path("held").asLong(0)),
                Progress.count(queue.path("messages").asLong(0)),
                Units.show(queue.path("bytes").asLong(0)),
                oldest.isEmpty() ? "" : ", the oldest for " + Answers.age(oldest, at));
    return held
        + "; disk: %s used, %s free"
            .formatted(
                Units.show(disk.path("used").asLong(0)), Units.show(disk.path("free").asLong(0)));
  }

  /** Deliveries a second that leave the queue now, of all pairs. */
  double rate() {
    return releases.valueStream().mapToDouble(pair -> pair.path("rate").asDouble(0)).sum();
  }

  /** What does not go on by itself, the worst first; empty when nobody is needed. */
  List<String> needsPerson() {
    List<String> needs = new ArrayList<>();
    String trouble = Answers.text(queue, "trouble");
    if (!trouble.isEmpty()) {
      needs.add("NEW MAIL IS REFUSED: " + trouble);
    }
    pairs.forEach(pair -> members(pair, needs));
    long parked = queue.path("byState").path("parked").asLong(0);
    if (parked > 0) {
      needs.add(Progress.count(parked) + " parked: holdfast queue list --state parked");
    }
    if (!forgotten.isEmpty()) {
      String more = forgotten.size() >= FORGOTTEN ? " or more" : "";
      JsonNode first = forgotten.get(0);
      needs.add(
          forgotten.size()
              + more
              + " forgotten: "
              + Answers.text(first, "name")
              + " since "
              + Answers.shown(first, "since")
              + ": holdfast holds --forgotten");
    }
    return needs;
  }

  private static void members(JsonNode pair, List<String> needs) {
    String active = Answers.text(pair, "active");
    JsonNode member = pair.path("members").path(active);
    if (Answers.text(member, "health").equals("down")) {
      needs.add(
          "%s of %s is DOWN since %s: %s"
              .formatted(
                  active,
                  Answers.text(pair, "name"),
                  Answers.shown(member, "since"),
                  Answers.text(member, "detail")));
    }
  }
}
