package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/users/{address}/priority}, and priorities wherever users are told or listed. */
class PrioritiesIT {

  private static final String ALICE = "/v1/users/alice@example.com";

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
    api.routing.addUser("bob@example.com", "imap5-6", UserState.MOVING);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void priority_put_isShownAndListedAndAudited_andTheEpochStays() throws Exception {
    long epoch = api.get(ALICE).json().path("epoch").asLong();
    JsonNode answer = api.put(ALICE + "/priority", "{\"priority\":10,\"reason\":\"ceo\"}").json();
    assertThat(answer.path("priority").asInt()).isEqualTo(10);
    assertThat(answer.path("epoch").asLong()).isEqualTo(epoch);
    assertThat(api.get(ALICE).json().path("priority").asInt()).isEqualTo(10);
    JsonNode listed = api.get("/v1/users").json().path("items");
    assertThat(listed.get(0).path("priority").asInt()).isEqualTo(10);
    assertThat(listed.get(1).path("priority").asInt()).isZero();
    JsonNode event = api.get("/v1/events").json().path("items").get(0);
    assertThat(event.path("what").asString()).isEqualTo("user.priority");
    assertThat(event.path("why").asString()).isEqualTo("ceo");
    assertThat(event.path("before").path("priority").asInt()).isZero();
    assertThat(event.path("after").path("priority").asInt()).isEqualTo(10);
  }

  @Test
  void priority_setAsItIs_isNoEvent() throws Exception {
    assertThat(api.put(ALICE + "/priority", "{\"priority\":0}").status()).isEqualTo(200);
    assertThat(api.audit.last()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"priority\":1001}",
        "{\"priority\":-1001}",
        "{\"priority\":\"10\"}",
        "{\"priority\":1.5}",
        "{\"priority\":null}",
        "{\"prio\":1}",
      })
  void priority_saidWrongly_is400(String body) throws Exception {
    assertThat(api.put(ALICE + "/priority", body).status()).isEqualTo(400);
  }

  @Test
  void priority_atItsBounds_isTaken() throws Exception {
    for (int bound : new int[] {-1000, 1000}) {
      assertThat(api.put(ALICE + "/priority", "{\"priority\":" + bound + "}").status())
          .isEqualTo(200);
    }
  }

  @Test
  void priority_ofNobody_is404() throws Exception {
    assertThat(api.put("/v1/users/x@example.com/priority", "{\"priority\":1}").status())
        .isEqualTo(404);
  }

  @Test
  void user_putWithAPriority_hasIt_andKeepsItWhenItIsNotSaid() throws Exception {
    String dan = "/v1/users/dan@example.com";
    assertThat(api.put(dan, "{\"pair\":\"imap5-6\",\"priority\":-7}").status()).isEqualTo(200);
    assertThat(api.put(dan, "{\"pair\":\"imap7-8\"}").json().path("priority").asInt())
        .isEqualTo(-7);
  }

  @Test
  void states_lines_mayHaveAPriorityAndNothingElse() throws Exception {
    String lines =
        """
        {"address":"alice@example.com","priority":5}
        {"address":"bob@example.com","state":"active","priority":6}
        {"address":"alice@example.com","priority":5000}
        {"address":"alice@example.com"}
        """;
    var results = api.post("/v1/states", lines).body().lines().toList();
    assertThat(results.get(0)).contains("\"priority\":5", "\"state\":\"active\"");
    assertThat(results.get(1)).contains("\"state\":\"active\"");
    assertThat(results.get(2)).contains("\"status\":400", "-1000 to 1000");
    assertThat(results.get(3)).contains("\"status\":400");
    assertThat(api.audit.newest(9))
        .extracting(event -> event.what() + " " + event.target())
        .containsExactlyInAnyOrder("user.priority alice@example.com", "user.state bob@example.com");
  }
}
