package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what. */
class AccessIT {

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.MOVING);
    api.routing.addUser("bob@example.com", "imap7-8", UserState.MOVING);
    api.routing.addMovingUser("dora@example.com", "imap7-8", "imap5-6");
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/users", "/v1/pairs", "/v1/queue", "/v1/events", "/v1/nothing"})
  void call_withoutToken_is401(String path) throws Exception {
    var reply = api.call(null, "GET", path, null);
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
    assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
    assertThat(reply.text("detail")).contains("token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong", "operator", "Bearer", ""})
  void call_withWrongToken_is401(String token) throws Exception {
    assertThat(api.call(token, "GET", "/v1/queue", null).status()).isEqualTo(401);
  }

  @Test
  void token_inTheWrongScheme_is401() throws Exception {
    var request = api.request(null, "GET", "/v1/queue", null);
    request.header("Authorization", "Basic " + api.operator);
    assertThat(api.send(request.build()).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/users,200,200,403,403",
    "GET,/v1/users/alice@example.com,200,200,403,200",
    "PUT,/v1/users/alice@example.com,400,403,403,403",
    "DELETE,/v1/users/carol@example.com,404,403,403,403",
    "PUT,/v1/users/alice@example.com/state,400,403,400,403",
    "POST,/v1/states,200,403,200,403",
    "GET,/v1/pairs,200,200,403,403",
    "GET,/v1/pairs/imap5-6,200,200,403,403",
    "PUT,/v1/pairs/imap5-6,400,403,403,403",
    "PUT,/v1/pairs/imap5-6/state,400,403,403,403",
    "POST,/v1/pairs/nothing/failover,404,403,403,403",
    "PUT,/v1/domains/example.com/state,400,403,403,403",
    "GET,/v1/domains,200,200,403,403",
    "PUT,/v1/all/state,400,403,403,403",
    "GET,/v1/holds,200,200,403,403",
    "GET,/v1/holds/forgotten,200,200,403,403",
    "PUT,/v1/domains/new.example,200,403,403,403",
    "DELETE,/v1/domains/none.example,404,403,403,403",
    "DELETE,/v1/pairs/none,404,403,403,403",
    "DELETE,/v1/aliases/none@example.com,404,403,403,403",
    "GET,/v1/queue,200,200,403,403",
    "GET,/v1/queue/messages,200,200,403,403",
    "GET,/v1/queue/messages/none,404,404,403,403",
    "GET,/v1/queue/messages/none/raw,404,404,403,403",
    "POST,/v1/queue/messages/none/retry,404,403,403,403",
    "POST,/v1/queue/messages/none/park,404,403,403,403",
    "POST,/v1/queue/messages/none/redirect,404,403,403,403",
    "POST,/v1/queue/messages/none/discard,404,403,403,403",
    "POST,/v1/queue/actions,400,403,403,403",
    "POST,/v1/queue/actions/retry,400,403,403,403",
    "POST,/v1/queue/actions/discard,400,403,403,403",
    "GET,/v1/queue/actions,200,200,403,403",
    "PUT,/v1/users/alice@example.com/priority,400,403,403,403",
    "GET,/v1/releases,200,200,403,403",
    "GET,/v1/events,200,200,403,403",
    "GET,/v1/aliases,200,200,403,403",
    "PUT,/v1/aliases/a@example.com,400,403,403,403",
    "GET,/v1/map,200,200,403,403",
    "POST,/v1/map,415,403,403,403",
  })
  void call_byEachRole_isAllowedAsTheContractSays(
      String method, String path, int operator, int viewer, int backend, int frontend)
      throws Exception {
    assertThat(api.call(api.operator, method, path, null).status()).isEqualTo(operator);
    assertThat(api.call(Api.secret("viewer"), method, path, null).status()).isEqualTo(viewer);
    assertThat(api.call(Api.secret("backend"), method, path, null).status()).isEqualTo(backend);
    assertThat(api.call(Api.secret("frontend"), method, path, null).status()).isEqualTo(frontend);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/readyz", "/metrics", "/"})
  void open_paths_needNoToken(String path) throws Exception {
    assertThat(api.call(null, "GET", path, null).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alice@example.com | {\"state\":\"active\"} | 200",
        "alice@example.com | {\"state\":\"recovering\"} | 200",
        "alice@example.com | {\"state\":\"moving\"} | 403",
        "alice@example.com | {\"state\":\"closed\"} | 403",
        "alice@example.com | {\"state\":\"active\",\"pair\":\"imap5-6\"} | 200",
        "alice@example.com | {\"state\":\"active\",\"pair\":\"imap7-8\"} | 403",
        "bob@example.com | {\"state\":\"active\"} | 403",
        "bob@example.com | {\"state\":\"active\",\"pair\":\"imap5-6\"} | 403",
        "dora@example.com | {\"state\":\"active\",\"pair\":\"imap5-6\"} | 200",
        "dora@example.com | {\"state\":\"active\",\"pair\":\"imap7-8\"} | 403",
        "bob@example.com | {\"state\":\"active\",\"pair\":\"imap7-8\"} | 403",
        "nobody@example.com | {\"state\":\"active\"} | 404",
      })
  void backend_setsStates_forItsOwnPairsOnly(String user, String body, int status)
      throws Exception {
    var path = "/v1/users/" + user + "/state";
    assertThat(api.call(Api.secret("backend"), "PUT", path, body).status()).isEqualTo(status);
  }

  @Test
  void backend_doesNotTakeAUserWhoIsActiveElsewhere() throws Exception {
    var path = "/v1/users/bob@example.com/state";
    api.call(api.operator, "PUT", path, "{\"state\":\"active\"}");
    String claim = "{\"state\":\"active\",\"pair\":\"imap5-6\"}";
    assertThat(api.call(Api.secret("backend"), "PUT", path, claim).status()).isEqualTo(403);
    assertThat(api.routing.user("bob@example.com").orElseThrow().pair()).isEqualTo("imap7-8");
  }

  @Test
  void backend_refused_changesNothing() throws Exception {
    var path = "/v1/users/bob@example.com/state";
    api.call(Api.secret("backend"), "PUT", path, "{\"state\":\"active\"}");
    assertThat(api.routing.user("bob@example.com").orElseThrow().state())
        .isEqualTo(UserState.MOVING);
    assertThat(api.audit.last()).isZero();
  }

  @Test
  void operatorToken_onDisk_isForItsOwnerOnlyAndKept() throws Exception {
    Path file = api.data.resolve("operator.token");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(api.operator).hasSizeGreaterThanOrEqualTo(43).doesNotContain("\n");
    assertThat(OperatorToken.of(api.data)).isEqualTo(api.operator);
  }
}
