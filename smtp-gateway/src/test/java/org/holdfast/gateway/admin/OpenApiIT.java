package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code /openapi.json} says of routes, roles, parameters and bodies, beside the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiIT {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

  private Api api;
  private JsonNode document;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
    document = api.call(null, "GET", "/openapi.json", null).json();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /** One operation of the document. */
  private record Operation(String method, String path, JsonNode what, JsonNode shared) {

    String name() {
      return method + " " + path;
    }

    boolean isOpen() {
      return what.path("security").isArray() && what.path("security").isEmpty();
    }
  }

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    document
        .path("paths")
        .forEachEntry((path, item) ->
            item.forEachEntry((method, what) -> {
              if (METHODS.contains(method)) {
                operations.add(
                    new Operation(
                        method.toUpperCase(Locale.ROOT), path, what, item.path("parameters")));
              }
            }));
    return operations;
  }

  private JsonNode resolved(JsonNode node) {
    JsonNode reference = node.path("$ref");
    return reference.isString()
        ? resolved(document.at(reference.stringValue().substring(1)))
        : node;
  }

  private Set<String> parameters(Operation operation, String in) {
    Set<String> names = new TreeSet<>();
    for (JsonNode list : List.of(operation.what().path("parameters"), operation.shared())) {
      for (JsonNode each : list) {
        JsonNode parameter = resolved(each);
        if (parameter.path("in").asString().equals(in)) {
          names.add(parameter.path("name").asString());
        }
      }
    }
    return names;
  }

  @Test
  void routes_andOperations_areTheSame() {
    Set<String> described = new TreeSet<>();
    operations().forEach(operation -> described.add(operation.name()));
    Set<String> served =
        api.routes().stream()
            .filter(route -> isCall(route.method, route.path))
            .map(route -> route.method + " " + route.path)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(served).isNotEmpty();
    assertThat(described).isEqualTo(served);
  }

  /** The page and its files are no part of the API. */
  private static boolean isCall(HandlerType method, String path) {
    return METHODS.contains(method.name().toLowerCase(Locale.ROOT))
        && (path.startsWith("/v1/")
            || Set.of("/healthz", "/readyz", "/metrics", "/openapi.json").contains(path));
  }

  @Test
  void operations_haveNamesOfTheirOwn_andEveryReferenceLeadsSomewhere() {
    List<Operation> all = operations();
    assertThat(all.stream().map(o -> o.what().path("operationId").asString()))
        .doesNotHaveDuplicates()
        .allMatch(id -> !id.isBlank());
    assertThat(document.path("openapi").asString()).isEqualTo("3.1.0");
    document
        .findValuesAsString("$ref")
        .forEach(reference ->
            assertThat(document.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    for (Operation operation : all) {
      Set<String> inPath =
          Arrays.stream(operation.path().split("/"))
              .filter(part -> part.startsWith("{"))
              .map(part -> part.substring(1, part.length() - 1))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(parameters(operation, "path")).as(operation.name()).isEqualTo(inPath);
    }
  }

  private String place(Operation operation) {
    return operation
        .path()
        .replace("{address}", "alice@example.com")
        .replace("{from}", "x@example.com")
        .replaceAll("\\{[a-z]+\\}", "x");
  }

  /** An unknown parameter comes after the roles: whoever may call hears which are known. */
  @Test
  void roles_areThoseDescribed() throws Exception {
    for (Operation operation : operations()) {
      if (operation.isOpen()) {
        assertThat(status(null, operation)).as(operation.name()).isEqualTo(200);
        continue;
      }
      Set<String> may = new TreeSet<>(Set.of("operator"));
      operation.what().path("x-roles").forEach(role -> may.add(role.asString()));
      assertThat(status(null, operation)).as(operation.name()).isEqualTo(401);
      for (Role role : List.of(Role.OPERATOR, Role.VIEWER, Role.BACKEND, Role.FRONTEND)) {
        String token = role == Role.OPERATOR ? api.operator : Api.secret(role.word());
        assertThat(status(token, operation))
            .as("%s by %s", operation.name(), role.word())
            .isEqualTo(may.contains(role.word()) ? 400 : 403);
      }
    }
  }

  private int status(@Nullable String token, Operation operation) throws Exception {
    return api.call(token, operation.method(), place(operation) + "?zzz=1", null).status();
  }

  @Test
  void parameters_areThoseDescribed() throws Exception {
    for (Operation operation : operations()) {
      if (!operation.isOpen()) {
        var reply = api.call(api.operator, operation.method(), place(operation) + "?zzz=1", "{}");
        assertThat(reply.status()).as(operation.name()).isEqualTo(400);
        assertThat(known(reply.text("detail")))
            .as(operation.name())
            .isEqualTo(parameters(operation, "query"));
      }
    }
  }

  private static Set<String> known(String detail) {
    if (detail.endsWith("; this call takes no parameters")) {
      return Set.of();
    }
    assertThat(detail).contains("known are ");
    String list = detail.substring(detail.indexOf("known are ") + "known are ".length());
    return Arrays.stream(list.split(", "))
        .filter(name -> !name.isBlank())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void bodies_haveTheMembersDescribed() throws Exception {
    int checked = 0;
    for (Operation operation : operations()) {
      JsonNode schema =
          resolved(
              resolved(operation.what().path("requestBody"))
                  .path("content")
                  .path("application/json")
                  .path("schema"));
      if (!schema.isMissingNode()) {
        var reply = api.call(api.operator, operation.method(), place(operation), "{\"zzz\":1}");
        assertThat(reply.status()).as(operation.name()).isEqualTo(400);
        assertThat(known(reply.text("detail")))
            .as(operation.name())
            .isEqualTo(new TreeSet<>(schema.path("properties").propertyNames()));
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(15);
  }

  @Test
  void errors_areProblemsEverywhere() throws Exception {
    for (Map.Entry<String, Integer> each :
        Map.of(
                "GET /v1/nothing", 404,
                "POST /v1/queue", 405,
                "PUT /v1/all/state", 400,
                "POST /v1/map", 415,
                "GET /v1/users/none@example.com", 404,
                "GET /v1/events?after=x", 400,
                "GET /v1/users?limit=0", 400)
            .entrySet()) {
      String[] call = each.getKey().split(" ", 2);
      var reply = api.call(api.operator, call[0], call[1], call[0].equals("GET") ? null : "{]");
      assertThat(reply.status()).as(each.getKey()).isEqualTo(each.getValue());
      assertThat(reply.header("Content-Type"))
          .as(each.getKey())
          .startsWith("application/problem+json");
      assertThat(reply.json().path("status").asInt()).isEqualTo(each.getValue());
      assertThat(reply.text("detail")).as(each.getKey()).isNotBlank();
      if (each.getValue() == 405) {
        assertThat(reply.header("Allow")).contains("GET");
      }
    }
  }

  /** Every list takes an empty cursor for none, and says so when it is one of nobody's. */
  @Test
  void after_ofEveryForm_isAPageOrAProblem() throws Exception {
    for (Operation operation : operations()) {
      if (operation.method().equals("GET") && parameters(operation, "query").contains("after")) {
        String path = place(operation) + "?after=";
        assertThat(api.get(path).status()).as(path).isEqualTo(200);
        for (String cursor : List.of("x", "-1", "1,", ",x", "@", "%00", "99999999999999999999")) {
          assertThat(api.get(path + cursor).status()).as(path + cursor).isIn(200, 400);
        }
      }
    }
  }
}
