package org.holdfast.gateway.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.holdfast.gateway.conf.Units;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code top} saw in one look at the gateway.
 *
 * @param at when, by our clock
 * @param overview totals, rates, disk
 * @param pairs all of them
 * @param releases what is being let go
 * @param attention what needs a person, what cannot wait first
 * @param events the last changes, oldest first
 */
record TopLook(
    Instant at,
    JsonNode overview,
    JsonNode pairs,
    JsonNode releases,
    JsonNode attention,
    JsonNode events) {

  /** Events that are asked for. */
  static final int EVENTS = 20;

  /** Asks for everything. */
  static TopLook at(AdminClient client, Pace pace) throws IOException, InterruptedException {
    return new TopLook(
        pace.now(),
        client.get("/v1/overview"),
        Pages.items(client.get("/v1/pairs")),
        Pages.items(client.get("/v1/releases")),
        Pages.items(client.get("/v1/attention")),
        Pages.items(client.get("/v1/events?limit=" + EVENTS)));
  }

  JsonNode json() {
    ObjectNode json = AdminClient.object().put("at", at.toString());
    json.set("overview", overview);
    json.set("pairs", pairs);
    json.set("releases", releases);
    json.set("attention", attention);
    return json.set("events", events);
  }

  /** {@code 12 held (3 messages, 4.6KiB), the oldest for 25s; disk: 1GiB used, lasts 38 h}. */
  String totals() {
    String oldest = Answers.text(overview, "oldest");
    JsonNode disk = overview.path("disk");
    String held =
        "%s held (%s messages, %s)%s"
            .formatted(
                Progress.count(overview.path("held").asLong(0)),
                Progress.count(overview.path("messages").asLong(0)),
                Units.show(overview.path("bytes").asLong(0)),
                oldest.isEmpty() ? "" : ", the oldest for " + Answers.age(oldest, at));
    JsonNode hours = disk.path("hoursLeft");
    return held
        + "; disk: %s used, %s left for mail%s"
            .formatted(
                Units.show(disk.path("used").asLong(0)),
                Units.show(disk.path("room").asLong(0)),
                hours.isNumber() ? ", full in %.1f h".formatted(hours.asDouble()) : "");
  }

  /** {@code 43/s accepted, 33/s delivered, 25/s released}; what is not known yet is left out. */
  String rates() {
    JsonNode flow = overview.path("flow");
    double released = releases.valueStream().mapToDouble(r -> r.path("rate").asDouble(0)).sum();
    return rate(flow.path("accepted"), "accepted, ")
        + rate(flow.path("delivered"), "delivered, ")
        + "%.1f/s released".formatted(released);
  }

  private static String rate(JsonNode value, String word) {
    return value.isNumber() ? "%.1f/s %s".formatted(value.asDouble(), word) : "";
  }

  /** What does not go on by itself, the worst first; empty when nobody is needed. */
  List<String> needsPerson() {
    return attention.valueStream().map(TopLook::need).toList();
  }

  private static String need(JsonNode item) {
    String target = Answers.text(item, "target");
    return Answers.text(item, "what")
        + (target.isEmpty() ? "" : " (" + target + ")")
        + ": "
        + Answers.text(item, "detail");
  }
}
