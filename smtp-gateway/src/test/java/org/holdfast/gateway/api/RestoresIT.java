package org.holdfast.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Login attempts and the order of restores, as front ends and restore scripts see them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestoresIT {

  private static OperatedGateway gateway;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    gateway =
        new OperatedGateway(
            folder,
            """
            users:
              - { address: active@example.com, pair: p0 }
              - { address: closed@example.com, pair: p0, state: closed }
              - { address: alice@example.com, pair: p0, state: moving }
              - { address: bob@example.com, pair: p0, state: recovering }
              - { address: carol@example.com, pair: p0, state: moving }
              - { address: silent@example.com, pair: p0, state: moving }
            aliases:
              - { from: al@example.com, to: alice@example.com }
            """);
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
  }

  private static JsonNode attempt(String address) throws Exception {
    return gateway.post("/v1/users/" + address + "/login-attempts", "{}");
  }

  private static List<String> addresses(String query) throws Exception {
    List<String> addresses = new ArrayList<>();
    gateway
        .get("/v1/restores" + query)
        .path("items")
        .forEach(item -> addresses.add(item.path("address").asString()));
    return addresses;
  }

  @Test
  @Order(1)
  void activeUser_isToldWhereToGo() throws Exception {
    JsonNode answer = attempt("active@example.com");
    assertThat(answer.path("waiting").asBoolean()).isFalse();
    assertThat(answer.path("effective").asString()).isEqualTo("active");
    assertThat(answer.path("pair").asString()).isEqualTo("p0");
    assertThat(answer.path("member").asString()).isEqualTo("a");
    assertThat(answer.path("message").asString()).isEmpty();
    assertThat(answer.path("position").isNull()).isTrue();
  }

  @Test
  @Order(2)
  void closedAndUnknownUsers_areToldApart() throws Exception {
    JsonNode closed = attempt("closed@example.com");
    assertThat(closed.path("effective").asString()).isEqualTo("closed");
    assertThat(closed.path("waiting").asBoolean()).isFalse();
    assertThat(closed.path("message").asString()).isEqualTo("This mailbox is closed.");
    assertThat(attempt("nobody@example.com").path("status").asInt()).isEqualTo(404);
  }

  @Test
  @Order(3)
  void attempts_makeTheOrder_andTellOfIt() throws Exception {
    JsonNode first = attempt("bob@example.com");
    assertThat(first.path("waiting").asBoolean()).isTrue();
    assertThat(first.path("position").asLong()).isEqualTo(1);
    assertThat(first.path("message").asString())
        .startsWith("Your mailbox is being restored. By trying to log in")
        .contains("there is none before yours.");
    assertThat(attempt("al@example.com").path("address").asString()).isEqualTo("alice@example.com");
    JsonNode third = attempt("carol@example.com");
    assertThat(third.path("before").asLong()).isEqualTo(2);
    JsonNode again = attempt("carol@example.com");
    assertThat(again.path("attempts").asLong()).isEqualTo(2);
    assertThat(again.path("since")).isEqualTo(third.path("since"));
    assertThat(again.path("message").asString())
        .contains("Your priority request for it has been noted already.")
        .contains("there are 2 requests before yours.");
    assertThat(addresses("?pair=p0"))
        .containsExactly("bob@example.com", "alice@example.com", "carol@example.com");
  }

  @Test
  @Order(4)
  void list_ofAPairThatIsNot_isNoEmptyList() throws Exception {
    assertThat(gateway.get("/v1/restores?pair=nope").path("detail").asString())
        .isEqualTo("there is no pair nope");
  }

  @Test
  @Order(4)
  void list_isPaged_andTheSilentComeBehind() throws Exception {
    List<String> found = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = gateway.get("/v1/restores?pair=p0&all&limit=1&after=" + after);
      assertThat(page.path("total").asLong()).isEqualTo(3);
      found.add(page.path("items").get(0).path("address").asString());
      after = page.path("next").isNull() ? "" : page.path("next").asString();
    } while (!after.isEmpty());
    assertThat(found)
        .containsExactly(
            "bob@example.com", "alice@example.com", "carol@example.com", "silent@example.com");
    assertThat(gateway.call("GET", "/v1/restores?after=x@y", null).status()).isEqualTo(400);
  }

  @Test
  @Order(5)
  void user_isShownWithItsPlace_andMailIsCounted() throws Exception {
    assertThat(gateway.send("bob@example.com").getLast()).startsWith("250");
    JsonNode bob = gateway.get("/v1/users/bob@example.com").path("restore");
    assertThat(bob.path("position").asLong()).isEqualTo(1);
    assertThat(bob.path("of").asLong()).isEqualTo(3);
    JsonNode item = gateway.get("/v1/restores?limit=1").path("items").get(0);
    assertThat(item.path("held").asLong()).isEqualTo(1);
    assertThat(gateway.get("/v1/users/silent@example.com").path("restore").isNull()).isTrue();
  }

  @Test
  @Order(6)
  void restart_changesNoOrder_andTheRestoredGoesOutOfIt() throws Exception {
    gateway.restart();
    assertThat(attempt("carol@example.com").path("before").asLong()).isEqualTo(2);
    JsonNode _ = gateway.put("/v1/users/bob@example.com/state", "{\"state\":\"active\"}");
    assertThat(attempt("carol@example.com").path("before").asLong()).isEqualTo(1);
    assertThat(attempt("bob@example.com").path("waiting").asBoolean()).isFalse();
    String metrics = gateway.call("GET", "/metrics", null).body();
    assertThat(metrics)
        .contains("holdfast_restores_waiting{pair=\"p0\"} 2.0")
        .contains("holdfast_login_attempts_total{result=\"waiting\"} 2.0")
        .contains("holdfast_login_attempts_total{result=\"go\"} 1.0");
  }

  @Test
  @Order(7)
  void activeUser_ofAPairOnHold_waitsUntilItIsReleased() throws Exception {
    JsonNode _ = gateway.put("/v1/pairs/p0/state", "{\"state\":\"hold\",\"reason\":\"fsck\"}");
    JsonNode waits = attempt("active@example.com");
    assertThat(waits.path("waiting").asBoolean()).isTrue();
    assertThat(waits.path("before").asLong()).isEqualTo(2);
    assertThat(waits.path("message").asString()).startsWith("Your mailbox cannot be reached");
    JsonNode _ = gateway.put("/v1/pairs/p0/state", "{\"state\":\"active\"}");
    assertThat(attempt("active@example.com").path("waiting").asBoolean()).isFalse();
    assertThat(addresses("")).containsExactly("alice@example.com", "carol@example.com");
  }
}
