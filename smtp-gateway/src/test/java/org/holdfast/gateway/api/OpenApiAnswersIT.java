package org.holdfast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.holdfast.gateway.api.OperatedGateway.Reply;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every operation of {@code /openapi.json} is called at a whole gateway, and what comes back is
 * held against its schema, in which nothing may be that is not described.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiAnswersIT {

  private static final String DOCUMENT = "https://holdfast.invalid/openapi.json";

  private OperatedGateway gateway;
  private JsonNode document;
  private SchemaRegistry schemas;
  private final Set<String> answered = new TreeSet<>();

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    gateway =
        new OperatedGateway(
            folder,
            """
            users:
              - { address: alice@example.com, pair: p0 }
              - { address: bob@example.com, pair: p0, state: moving }
              - { address: "@catch.example", pair: p0 }
            aliases:
              - { from: sales@example.com, to: alice@example.com }
            """);
    document = gateway.get("/openapi.json");
    close(document);
    String closed = OperatedGateway.JSON.writeValueAsString(document);
    schemas =
        SchemaRegistry.withDefaultDialect(
            Dialects.getDraft202012(), builder -> builder.schemas(Map.of(DOCUMENT, closed)));
  }

  @AfterAll
  void stop() throws Exception {
    gateway.close();
  }

  /** What is not described is not allowed, here. */
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(OpenApiAnswersIT::close);
  }

  /** Calls {@code method template}, with each {x} of it replaced, and checks the answer. */
  private Reply call(
      String operation, String path, @Nullable String body, int status, String... headers)
      throws Exception {
    String method = operation.substring(0, operation.indexOf(' '));
    String template = operation.substring(operation.indexOf(' ') + 1);
    Reply reply = gateway.call(method, path, body, headers);
    assertThat(reply.status()).as("%s: %s", path, reply.body()).isEqualTo(status);
    JsonNode responses =
        document
            .path("paths")
            .path(template)
            .path(method.toLowerCase(Locale.ROOT))
            .path("responses");
    String key = responses.has(String.valueOf(status)) ? String.valueOf(status) : "default";
    String pointer =
        "/paths/" + escaped(template) + "/" + method.toLowerCase(Locale.ROOT) + "/responses/" + key;
    valid(pointer, reply, path);
    if (status == 200) {
      answered.add(operation);
    }
    return reply;
  }

  private static String escaped(String token) {
    return token.replace("~", "~0").replace("/", "~1");
  }

  private void valid(String pointer, Reply reply, String what) {
    String at = resolved(pointer);
    String type = reply.type().replaceFirst(";.*", "");
    JsonNode content = document.at(at).path("content");
    assertThat(content.has(type)).as("%s answers %s", what, type).isTrue();
    if (type.equals("application/json") || type.endsWith("problem+json")) {
      check(at + "/content/" + escaped(type) + "/schema", reply.body(), what);
    } else if (type.equals("application/x-ndjson")) {
      reply
          .body()
          .lines()
          .forEach(line -> check(at + "/content/" + escaped(type) + "/schema", line, what));
    }
  }

  private String resolved(String pointer) {
    JsonNode reference = document.at(pointer).path("$ref");
    return reference.isString() ? reference.stringValue().substring(1) : pointer;
  }

  private void check(String pointer, String json, String what) {
    Schema schema =
        schemas.getSchema(
            SchemaLocation.of(DOCUMENT + "#" + pointer.replace("{", "%7B").replace("}", "%7D")));
    assertThat(schema.validate(OperatedGateway.JSON.readTree(json)))
        .as("%s: %s", what, json)
        .isEmpty();
  }

  @Test
  void everyOperation_answersAsDescribed() throws Exception {
    map();
    users();
    pairsAndHolds();
    queue();
    events();
    machines();
    call("POST /v1/reload", "/v1/reload", null, 200);
    Set<String> described = new TreeSet<>();
    document
        .path("paths")
        .forEachEntry((path, item) ->
            item.forEachEntry((method, _) -> {
              if (List.of("get", "put", "post", "delete").contains(method)) {
                described.add(method.toUpperCase(Locale.ROOT) + " " + path);
              }
            }));
    assertThat(answered).isEqualTo(described);
  }

  private void map() throws Exception {
    call("GET /v1/map", "/v1/map", null, 200);
    call("GET /v1/map", "/v1/map?format=csv", null, 200);
    call("GET /v1/map", "/v1/map?format=ndjson", null, 200);
    String csv = "address,pair,state\nnew@example.com,p0,active\n";
    call("POST /v1/map", "/v1/map?dry-run", csv, 200, "Content-Type", "text/csv");
    call("POST /v1/map", "/v1/map", csv, 200, "Content-Type", "text/csv");
    call("POST /v1/map", "/v1/map", csv, 415, "Content-Type", "text/plain");
    call("PUT /v1/domains/{domain}", "/v1/domains/empty.example", "{}", 200);
    call("GET /v1/domains", "/v1/domains?limit=1", null, 200);
    call("DELETE /v1/domains/{domain}", "/v1/domains/empty.example", null, 200);
    call(
        "PUT /v1/aliases/{from}",
        "/v1/aliases/x@example.com",
        "{\"to\":\"alice@example.com\"}",
        200);
    call("GET /v1/aliases", "/v1/aliases?limit=1", null, 200);
    call("DELETE /v1/aliases/{from}", "/v1/aliases/x@example.com", null, 200);
    call("DELETE /v1/aliases/{from}", "/v1/aliases/x@example.com", null, 404);
  }

  private void restores() throws Exception {
    String operation = "POST /v1/users/{address}/login-attempts";
    call(operation, "/v1/users/bob@example.com/login-attempts", "{\"client\":\"::1\"}", 200);
    call(operation, "/v1/users/sales@example.com/login-attempts", null, 200);
    call(operation, "/v1/users/none@example.com/login-attempts", "{}", 404);
    call("GET /v1/users/{address}", "/v1/users/bob@example.com", null, 200);
    call("GET /v1/restores", "/v1/restores?pair=p0&all&limit=1", null, 200);
  }

  private void users() throws Exception {
    call("GET /v1/users", "/v1/users?limit=1", null, 200);
    call("GET /v1/users/{address}", "/v1/users/alice@example.com", null, 200);
    call("GET /v1/users/{address}", "/v1/users/alice@example.com?explain", null, 200);
    call("GET /v1/users/{address}", "/v1/users/none@example.com?explain", null, 200);
    call("GET /v1/users/{address}", "/v1/users/none@example.com", null, 404);
    String user = "/v1/users/carol@example.com";
    call("PUT /v1/users/{address}", user + "?dry-run", "{\"pair\":\"p0\"}", 200);
    call("PUT /v1/users/{address}", user, "{\"pair\":\"p0\"}", 200);
    call("PUT /v1/users/{address}", user, "{\"pair\":\"none\"}", 404);
    call("PUT /v1/users/{address}/state", user + "/state?dry-run", "{\"state\":\"moving\"}", 200);
    call("PUT /v1/users/{address}/state", user + "/state", "{\"state\":\"moving\"}", 200);
    call(
        "PUT /v1/users/{address}/state",
        user + "/state",
        "{\"state\":\"active\",\"epoch\":0}",
        409);
    call("PUT /v1/users/{address}/priority", user + "/priority", "{\"priority\":5}", 200);
    call("DELETE /v1/users/{address}", user, null, 200);
    restores();
    String lines =
        """
        {"address":"alice@example.com","state":"active"}
        {"address":"none@example.com","state":"active"}
        x
        """;
    call("POST /v1/states", "/v1/states", lines, 200);
    call("POST /v1/states", "/v1/states?dry-run", lines, 200);
  }

  private void pairsAndHolds() throws Exception {
    call("GET /v1/pairs", "/v1/pairs", null, 200);
    call("GET /v1/pairs/{name}", "/v1/pairs/p0", null, 200);
    call("GET /v1/pairs/{name}", "/v1/pairs/none", null, 404);
    String members = "{\"members\":{\"m\":{\"lmtp\":\"127.0.0.1:9\"}}}";
    call("PUT /v1/pairs/{name}", "/v1/pairs/p1", members, 200);
    call("DELETE /v1/pairs/{name}", "/v1/pairs/p1", null, 200);
    for (String state : List.of("hold", "active")) {
      String body = "{\"state\":\"" + state + "\",\"reason\":\"test\"}";
      for (String query : List.of("?dry-run", "")) {
        call("PUT /v1/pairs/{name}/state", "/v1/pairs/p0/state" + query, body, 200);
        call("PUT /v1/domains/{domain}/state", "/v1/domains/example.com/state" + query, body, 200);
        call("PUT /v1/all/state", "/v1/all/state" + query, body, 200);
      }
      call("GET /v1/holds", "/v1/holds", null, 200);
      call("GET /v1/holds", "/v1/holds?users", null, 200);
    }
    call("GET /v1/holds/forgotten", "/v1/holds/forgotten", null, 200);
    call("POST /v1/pairs/{name}/failover", "/v1/pairs/p0/failover?dry-run", "{}", 200);
    call("POST /v1/pairs/{name}/failover", "/v1/pairs/p0/failover", "{}", 200);
    call("POST /v1/pairs/{name}/failover", "/v1/pairs/p0/failover", "{\"to\":\"b\"}", 409);
  }

  /** What the page shows. */
  private void glance() throws Exception {
    call("GET /v1/whoami", "/v1/whoami", null, 200);
    call("GET /v1/overview", "/v1/overview", null, 200);
    call("GET /v1/attention", "/v1/attention", null, 200);
    call("GET /v1/history", "/v1/history?hours=2", null, 200);
    call("GET /v1/search", "/v1/search?q=a", null, 200);
  }

  private void queue() throws Exception {
    for (int i = 0; i < 5; i++) {
      gateway.send("bob@example.com");
    }
    call("GET /v1/queue", "/v1/queue", null, 200);
    JsonNode page = call("GET /v1/queue/messages", "/v1/queue/messages?limit=3", null, 200).json();
    assertThat(page.path("next").isString()).isTrue();
    Reply all =
        call(
            "GET /v1/queue/messages",
            "/v1/queue/messages",
            null,
            200,
            "Accept",
            "application/x-ndjson");
    assertThat(all.body().lines()).hasSize(5);
    String id = page.path("items").path(0).path("id").asString();
    String message = "/v1/queue/messages/" + id;
    call("GET /v1/queue/messages/{id}/raw", message + "/raw", null, 200);
    for (String verb : List.of("park", "retry", "redirect", "discard")) {
      String body =
          switch (verb) {
            case "redirect" -> "{\"to\":\"bob@example.com\"}";
            case "discard" -> "{\"reason\":\"test\"}";
            default -> "{}";
          };
      String one = "POST /v1/queue/messages/{id}/" + verb;
      String dry = body.replace("{", "{\"dryRun\":true,").replace(",}", "}");
      call(one, message + "/" + verb, dry, 200);
      call(one, message + "/" + verb, body, 200);
      String filtered = body.replace("{", "{\"filter\":{\"state\":\"held\"},").replace(",}", "}");
      if (!verb.equals("discard")) {
        call("GET /v1/queue/messages/{id}", message, null, 200);
      }
      call("POST /v1/queue/actions/" + verb, "/v1/queue/actions/" + verb, filtered, 200);
    }
    call(
        "POST /v1/queue/actions",
        "/v1/queue/actions",
        "{\"action\":\"discard\",\"all\":true,\"reason\":\"test\"}",
        200);
    call("GET /v1/queue/actions", "/v1/queue/actions", null, 200);
    call("GET /v1/releases", "/v1/releases", null, 200);
    glance();
  }

  private void events() throws Exception {
    JsonNode newest = call("GET /v1/events", "/v1/events?limit=1000", null, 200).json();
    assertThat(newest.path("items").findValuesAsString("what"))
        .contains("gateway.started", "user.put", "pair.state", "queue.discard", "map.load");
    JsonNode queue = call("GET /v1/events", "/v1/events?what=queue&after=0", null, 200).json();
    assertThat(queue.path("items").findValuesAsString("what"))
        .allMatch(w -> w.startsWith("queue."));
  }

  private void machines() throws Exception {
    call("GET /healthz", "/healthz", null, 200);
    call("GET /readyz", "/readyz", null, 200);
    call("GET /metrics", "/metrics", null, 200);
    call("GET /openapi.json", "/openapi.json", null, 200);
  }
}
