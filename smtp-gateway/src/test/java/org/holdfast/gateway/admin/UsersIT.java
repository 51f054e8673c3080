package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.SubmissionPublisher;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.routing.Flip.OpenDelivery;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /v1/users} and {@code /v1/states}. */
class UsersIT {

  private static final String ALICE = "/v1/users/alice@example.com";

  private Api api;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    api = new Api(data);
    api.routing.addUser("alice@example.com", "imap5-6", UserState.ACTIVE);
    api.routing.addUser("@example.org", "imap5-6", UserState.ACTIVE);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void user_shown_hasEveryMemberOfTheContract() throws Exception {
    api.queue.add("q1", "s@x.test", "alice@example.com", "imap5-6", DeliveryState.HELD);
    var json = api.get(ALICE).json();
    assertThat(json.path("address").asString()).isEqualTo("alice@example.com");
    assertThat(json.path("pair").asString()).isEqualTo("imap5-6");
    assertThat(json.path("member").asString()).isEqualTo("imap5");
    assertThat(json.path("state").asString()).isEqualTo("active");
    assertThat(json.path("effective").asString()).isEqualTo("active");
    assertThat(json.path("reason").asString()).isEqualTo("set up");
    assertThat(json.path("since").asString()).isEqualTo("2026-11-21T10:00:00Z");
    assertThat(json.path("epoch").isNumber()).isTrue();
    assertThat(json.path("held").asInt()).isEqualTo(1);
    assertThat(json.path("oldest").asString()).isEqualTo("2026-11-21T10:00:00Z");
  }

  @Test
  void user_inAnotherSpelling_isFound() throws Exception {
    assertThat(api.get("/v1/users/Alice@EXAMPLE.com").text("address"))
        .isEqualTo("alice@example.com");
  }

  @ParameterizedTest
  @CsvSource({
    "a+b@example.com,/v1/users/a+b@example.com",
    "a+b@example.com,/v1/users/a%2Bb%40example.com",
    "a/b@example.com,/v1/users/a%2Fb%40example.com",
    "a%b@example.com,/v1/users/a%25b@example.com",
  })
  void user_withOddCharacters_isFoundByItsEscapedName(String address, String path)
      throws Exception {
    api.routing.addUser(address, "imap5-6", UserState.ACTIVE);
    assertThat(api.get(path).text("address")).isEqualTo(address);
  }

  @Test
  void user_unknown_is404() throws Exception {
    var reply = api.get("/v1/users/nobody@example.com");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.text("detail")).contains("nobody@example.com");
  }

  @Test
  void user_whosePairIsOnHold_isEffectivelyOnHold() throws Exception {
    api.put("/v1/pairs/imap5-6/state", "{\"state\":\"hold\",\"reason\":\"disk\"}");
    var json = api.get(ALICE).json();
    assertThat(json.path("state").asString()).isEqualTo("active");
    assertThat(json.path("effective").asString()).isEqualTo("hold");
    assertThat(json.path("explain").asString()).contains("imap5-6");
    assertThat(api.get("/v1/users/@example.org").text("effective")).isEqualTo("hold");
  }

  @Test
  void catchAll_heldMail_countsLanesWithoutAnEntryOfTheirOwn() throws Exception {
    api.routing.addUser("own@example.org", "imap5-6", UserState.ACTIVE);
    api.queue.add("q1", "", "any@example.org", "imap5-6", DeliveryState.HELD);
    api.queue.add("q2", "", "own@example.org", "imap5-6", DeliveryState.HELD);
    assertThat(api.get("/v1/users/@example.org").json().path("held").asInt()).isEqualTo(1);
    assertThat(api.delete("/v1/users/@example.org").status()).isEqualTo(409);
  }

  @Test
  void flip_awayFromActive_answersQuiescedAndIsAudited() throws Exception {
    var reply = api.put(ALICE + "/state", "{\"state\":\"moving\",\"reason\":\"imap5 died\"}");
    assertThat(reply.status()).isEqualTo(200);
    var json = reply.json();
    assertThat(json.path("address").asString()).isEqualTo("alice@example.com");
    assertThat(json.path("state").asString()).isEqualTo("moving");
    assertThat(json.path("pair").asString()).isEqualTo("imap5-6");
    assertThat(json.path("epoch").isNumber()).isTrue();
    assertThat(json.path("quiesced").asBoolean()).isTrue();
    assertThat(json.path("held").isNumber()).isTrue();
    assertThat(json.path("open").isArray()).isTrue();
    var event = api.get("/v1/events").json().path("items").get(0);
    assertThat(event.path("who").asString()).isEqualTo("operator");
    assertThat(event.path("what").asString()).isEqualTo("user.state");
    assertThat(event.path("target").asString()).isEqualTo("alice@example.com");
    assertThat(event.path("why").asString()).isEqualTo("imap5 died");
    assertThat(event.path("before").path("state").asString()).isEqualTo("active");
    assertThat(event.path("after").path("state").asString()).isEqualTo("moving");
  }

  @Test
  void flip_withAnOpenAttempt_saysWhich() throws Exception {
    api.routing.stillOpen.add(
        new OpenDelivery("alice@example.com", "imap5-6", "imap5", "q7 imap5", Instant.EPOCH));
    var json = api.put(ALICE + "/state", "{\"state\":\"moving\",\"wait\":\"0s\"}").json();
    assertThat(json.path("quiesced").asBoolean()).isFalse();
    assertThat(json.path("open").get(0).path("what").asString()).isEqualTo("q7 imap5");
  }

  @Test
  void flip_toWhatIsSetAlready_changesAndAuditsNothing() throws Exception {
    var reply = api.put(ALICE + "/state", "{\"state\":\"active\"}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("changed").asBoolean()).isFalse();
    assertThat(api.audit.last()).isZero();
  }

  @Test
  void flip_withPair_movesInTheSameChange() throws Exception {
    var reply = api.put(ALICE + "/state", "{\"state\":\"active\",\"pair\":\"imap7-8\"}");
    assertThat(reply.text("pair")).isEqualTo("imap7-8");
    assertThat(api.get(ALICE).text("member")).isEqualTo("imap7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | not JSON",
        "[] | must be a JSON object",
        "{} | \"state\" is missing",
        "{\"state\":5} | \"state\" must be a string",
        "{\"state\":\"gone\"} | active, moving, recovering, closed",
        "{\"state\":\"active\",\"sate\":1} | unknown field \"sate\"",
        "{\"state\":\"active\",\"state\":\"moving\"} | not JSON",
        "{\"state\":\"active\"} x | not JSON",
        "{\"state\":\"moving\",\"wait\":\"soon\"} | wait must be a time",
        "{\"state\":\"moving\",\"wait\":\"6m\"} | not be longer",
      })
  void flip_withABadBody_is400AndSaysWhat(String body, String detail) throws Exception {
    var reply = api.put(ALICE + "/state", body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text("detail")).contains(detail).doesNotContain("Exception", "tools.jackson");
    assertThat(reply.json().path("status").asInt()).isEqualTo(400);
    assertThat(reply.text("title")).isNotEmpty();
    assertThat(reply.text("type")).isNotEmpty();
  }

  @Test
  void flip_toAnUnknownPair_is404() throws Exception {
    assertThat(api.put(ALICE + "/state", "{\"state\":\"active\",\"pair\":\"x\"}").status())
        .isEqualTo(404);
  }

  @Test
  void flip_whileTheMapIsDown_is503WithoutDetails() throws Exception {
    api.routing.down = true;
    var reply = api.put(ALICE + "/state", "{\"state\":\"active\"}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.body()).doesNotContain("h2", "Exception");
    assertThat(reply.header("Retry-After")).isNotEmpty();
  }

  @Test
  void body_overTheLimit_is413() throws Exception {
    String reason = "x".repeat(Body.MAX_BODY_BYTES);
    var reply = api.put(ALICE + "/state", "{\"state\":\"active\",\"reason\":\"" + reason + "\"}");
    assertThat(reply.status()).isEqualTo(413);
  }

  @Test
  void flips_thatWait_doNotKeepOthersFromAnAnswer() throws Exception {
    api.routing.waitFor = new CountDownLatch(1);
    var waiting = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < 100; i++) {
      var request =
          api.request(api.operator, "PUT", ALICE + "/state", "{\"state\":\"moving\"}").build();
      waiting.add(api.client().sendAsync(request, BodyHandlers.ofString()));
    }
    var alive = api.request(null, "GET", "/healthz", null).timeout(Duration.ofSeconds(10));
    assertThat(api.send(alive.build()).status()).isEqualTo(200);
    assertThat(waiting).noneMatch(Future::isDone);
    api.routing.waitFor.countDown();
    waiting.forEach(CompletableFuture::join);
  }

  @Test
  void user_put_createsAndMoves() throws Exception {
    var made = api.put("/v1/users/carol@example.com", "{\"pair\":\"imap7-8\"}");
    assertThat(made.status()).isEqualTo(200);
    assertThat(made.text("state")).isEqualTo("active");
    var moved =
        api.put("/v1/users/carol@example.com", "{\"pair\":\"imap5-6\",\"state\":\"closed\"}");
    assertThat(moved.text("pair")).isEqualTo("imap5-6");
    assertThat(api.get("/v1/users/carol@example.com").text("effective")).isEqualTo("closed");
  }

  @Test
  void user_putWrongly_isRefusedByKind() throws Exception {
    assertThat(api.put("/v1/users/nonsense", "{\"pair\":\"imap5-6\"}").status()).isEqualTo(400);
    assertThat(api.put("/v1/users/a@example.com", "{\"pair\":\"none\"}").status()).isEqualTo(404);
    assertThat(api.put("/v1/users/a@example.com", "{}").status()).isEqualTo(400);
  }

  @Test
  void user_removed_isGoneUnlessMailIsHeld() throws Exception {
    api.queue.add("q1", "", "alice@example.com", "imap5-6", DeliveryState.PARKED);
    assertThat(api.delete(ALICE).status()).isEqualTo(409);
    api.queue.items.clear();
    assertThat(api.delete(ALICE).status()).isEqualTo(200);
    assertThat(api.get(ALICE).status()).isEqualTo(404);
    assertThat(api.delete(ALICE).status()).isEqualTo(404);
  }

  @Test
  void users_listed_arePagedWithoutGapOrRepeat() throws Exception {
    for (int i = 0; i < 25; i++) {
      api.routing.addUser("u%02d@example.com".formatted(i), "imap7-8", UserState.MOVING);
    }
    List<String> seen = new ArrayList<>();
    String after = "";
    for (int pages = 0; pages < 10; pages++) {
      var page = api.get("/v1/users?pair=imap7-8&state=moving&limit=10" + after).json();
      page.path("items").forEach(user -> seen.add(user.path("address").asString()));
      if (page.path("next").isNull()) {
        break;
      }
      after = "&after=" + page.path("next").asString();
    }
    assertThat(seen).hasSize(25).doesNotHaveDuplicates().isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=0", "limit=1001", "limit=x", "state=gone", "pare=imap5-6"})
  void users_askedWrongly_is400(String query) throws Exception {
    assertThat(api.get("/v1/users?" + query).status()).isEqualTo(400);
  }

  @Test
  void states_manyLines_areAnsweredInOrderAndBatched() throws Exception {
    StringBuilder lines = new StringBuilder();
    int count = 2 * StateLines.BATCH + 1;
    for (int i = 0; i < count; i++) {
      api.routing.addUser("u" + i + "@example.com", "imap5-6", UserState.ACTIVE);
      lines.append("{\"address\":\"u" + i + "@example.com\",\"state\":\"moving\"}\n");
    }
    var results = api.post("/v1/states", lines.toString()).lines();
    assertThat(results).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(results.get(i).path("address").asString()).isEqualTo("u" + i + "@example.com");
      assertThat(results.get(i).path("state").asString()).isEqualTo("moving");
      assertThat(results.get(i).path("quiesced").asBoolean()).isTrue();
    }
    assertThat(api.routing.batches).allMatch(size -> size <= StateLines.BATCH);
    assertThat(api.audit.last()).isEqualTo(count + 1);
    assertThat(api.audit.newest(1).getFirst().target()).isEqualTo(count + " users");
  }

  @Test
  void states_oneDeliveryStaysOpen_theLinesBehindAreShutAllTheSame() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    api.routing.waitFor = open;
    api.routing.addUser("bob@example.com", "imap5-6", UserState.ACTIVE);
    CompletableFuture<HttpResponse<String>> answer;
    try (SubmissionPublisher<ByteBuffer> body = new SubmissionPublisher<>()) {
      var request =
          api.request(api.operator, "POST", "/v1/states", null)
              .POST(BodyPublishers.fromPublisher(body))
              .build();
      answer = api.client().sendAsync(request, BodyHandlers.ofString());
      await().until(body::hasSubscribers);
      for (String user : List.of("alice", "bob")) {
        String line = "{\"address\":\"" + user + "@example.com\",\"state\":\"moving\"}\n";
        int _ = body.submit(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        await()
            .until(() ->
                api.routing.user(user + "@example.com").orElseThrow().state() == UserState.MOVING);
      }
    }
    assertThat(answer).isNotDone();
    open.countDown();
    assertThat(answer.get().body().lines()).hasSize(2);
  }

  @Test
  void states_badLines_areAnsweredInPlaceAndDoNotStopTheOthers() throws Exception {
    var results =
        api.post(
                "/v1/states",
                """
                {"address":"alice@example.com","state":"moving"}
                nonsense
                {"address":"nobody@example.com","state":"moving"}

                {"address":"alice@example.com","state":"gone"}
                %s
                {"address":"alice@example.com","state":"active"}\
                """
                    .formatted("x".repeat(StateLines.MAX_LINE_BYTES + 1)))
            .lines();
    assertThat(results).hasSize(6);
    assertThat(results.get(0).path("state").asString()).isEqualTo("moving");
    assertThat(results.get(1).path("error").asString()).contains("not JSON");
    assertThat(results.get(2).path("error").asString()).contains("nobody@example.com");
    assertThat(results.get(3).path("error").asString()).contains("state must be");
    assertThat(results.get(4).path("error").asString()).contains("longer than");
    assertThat(results.get(5).path("state").asString()).isEqualTo("active");
  }

  @Test
  void states_byABackend_areCheckedLineByLine() throws Exception {
    api.routing.addUser("bob@example.com", "imap7-8", UserState.MOVING);
    var results =
        api.call(
                Api.secret("backend"),
                "POST",
                "/v1/states",
                """
                {"address":"bob@example.com","state":"active"}
                {"address":"alice@example.com","state":"moving"}
                {"address":"alice@example.com","state":"recovering"}
                """)
            .lines();
    assertThat(results.get(0).path("status").asInt()).isEqualTo(403);
    assertThat(results.get(1).path("status").asInt()).isEqualTo(403);
    assertThat(results.get(2).path("state").asString()).isEqualTo("recovering");
  }
}
