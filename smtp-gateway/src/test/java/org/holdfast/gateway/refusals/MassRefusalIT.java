package org.holdfast.gateway.refusals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.wiring.Gateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A backend loses its user database, and what a whole gateway makes of it. */
class MassRefusalIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int USERS = 60;

  /** {@code delivery.mass-refusal.users}. */
  private static final int LIMIT = 10;

  @TempDir Path folder;
  private final JsonMapper json = new JsonMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private ScriptedBackend backend;
  private Settings settings;
  private Gateway gateway;

  @BeforeEach
  void startBackend() throws Exception {
    backend = ScriptedBackend.start();
  }

  @AfterEach
  void stopAll() throws Exception {
    gateway.close();
    backend.close();
    http.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "550 5.1.1 User doesn't exist",
        "550 5.3.5 No host for this user",
        "550 unknown user"
      })
  void users_areGone_pairIsHeldAndAfterTheRepairEverybodyHasHisMail(String reply) throws Exception {
    start(LIMIT);
    backend.on(Point.RCPT, Act.reply(reply));
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (int i = 0; i < USERS; i++) {
        assertThat(sender.send("one", user(i))).startsWith("250");
      }
    }
    mustBeHeld(reply);
    mustAllBeHeld(USERS);

    backend.behave();
    release();

    mustAllBeDelivered(USERS);
    assertThat(state()).isEqualTo("active");
  }

  @Test
  void users_areGoneForHeldMail_itGoesInOrderAfterTheRepair() throws Exception {
    start(LIMIT);
    put("/v1/pairs/p0/state", "{\"state\": \"hold\", \"reason\": \"maintenance\"}");
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (String subject : List.of("1", "2", "3")) {
        for (int i = 0; i < USERS; i++) {
          assertThat(sender.send(subject, user(i))).startsWith("250");
        }
      }
    }
    backend.on(Point.RCPT, Act.reply("550 5.1.1 no such user"));
    release();
    mustBeHeld("550 5.1.1 no such user");
    mustAllBeHeld(3 * USERS);

    backend.behave();
    release();

    mustAllBeDelivered(3 * USERS);
    Map<String, List<String>> subjects =
        backend.received().stream()
            .collect(
                Collectors.groupingBy(
                    mail -> mail.recipients().getFirst(),
                    Collectors.mapping(
                        mail -> header(mail.content(), "Subject: "), Collectors.toList())));
    assertThat(subjects).hasSize(USERS);
    assertThat(subjects.values()).allMatch(List.of("1", "2", "3")::equals);
  }

  @Test
  void mailboxes_areAllDisabled_onlyTheFirstSendersHearIt() throws Exception {
    start(LIMIT);
    backend.on(Point.RCPT, Act.reply("550 5.2.1 mailbox disabled"));
    List<String> replies = new ArrayList<>();
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (int i = 0; i < USERS; i++) {
        replies.add(sender.send("one", user(i)));
      }
    }
    assertThat(replies.subList(0, LIMIT - 1)).allMatch("550 5.2.1 mailbox disabled"::equals);
    assertThat(replies.subList(LIMIT - 1, USERS)).allMatch(reply -> reply.startsWith("250"));
    mustBeHeld("550 5.2.1 mailbox disabled");
    mustAllBeHeld(USERS - LIMIT + 1);

    backend.behave();
    release();
    mustAllBeDelivered(USERS - LIMIT + 1);
  }

  @Test
  void message_toManyAtOnce_isPutBackTooThoughItIsStoredLater() throws Exception {
    start(LIMIT);
    backend.on(Point.RCPT, Act.reply("550 5.1.1 no such user"));
    try (Sender sender = new Sender(gateway.lmtp())) {
      List<String> all = IntStream.range(0, USERS).mapToObj(MassRefusalIT::user).toList();
      assertThat(sender.send("to all", all)).allMatch(reply -> reply.startsWith("250"));
    }
    mustBeHeld("550 5.1.1 no such user");
    mustAllBeHeld(USERS);

    backend.behave();
    release();
    await().atMost(PATIENCE).until(() -> deliveries(item -> true).isEmpty());
    assertThat(backend.received().stream().mapToInt(mail -> mail.delivered().size()).sum())
        .isEqualTo(USERS);
  }

  @Test
  void spam_toEverybody_holdsNothing() throws Exception {
    start(LIMIT);
    backend.on(Point.END, Act.reply("554 5.7.1 this is spam"));
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (int i = 0; i < USERS; i++) {
        assertThat(sender.send("one", user(i))).isEqualTo("554 5.7.1 this is spam");
      }
      backend.behave();
      backend.on(Point.END, Act.reply("550 blocked"));
      for (int i = 0; i < USERS; i++) {
        assertThat(sender.send("two", user(i))).startsWith("250");
      }
    }
    assertThat(state()).isEqualTo("active");
    assertThat(deliveries(item -> item.path("state").asString().equals("parked"))).hasSize(USERS);
  }

  @Test
  void release_withoutARepair_holdsAgainAndParksNothing() throws Exception {
    start(LIMIT);
    backend.on(Point.RCPT, Act.reply("550 5.1.1 no such user"));
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (int i = 0; i < USERS; i++) {
        sender.send("one", user(i));
      }
    }
    mustBeHeld("550 5.1.1 no such user");
    mustAllBeHeld(USERS);

    release();
    await().atMost(PATIENCE).until(() -> state().equals("hold"));
    mustAllBeHeld(USERS);

    backend.behave();
    release();
    mustAllBeDelivered(USERS);
  }

  @Test
  void limit_ofZero_parksEachAndHoldsNothing() throws Exception {
    start(0);
    backend.on(Point.RCPT, Act.reply("550 5.1.1 no such user"));
    try (Sender sender = new Sender(gateway.lmtp())) {
      for (int i = 0; i < USERS; i++) {
        sender.send("one", user(i));
      }
    }
    assertThat(state()).isEqualTo("active");
    assertThat(deliveries(item -> item.path("state").asString().equals("parked"))).hasSize(USERS);
  }

  @Test
  void pair_putOnHoldByAPersonMeanwhile_staysHisHold() throws Exception {
    start(LIMIT);
    refusedLater(() ->
        put("/v1/pairs/p0/state", "{\"state\": \"hold\", \"reason\": \"mine\", \"wait\": \"0s\"}"));

    mustBeLeftAlone();
    assertThat(state()).isEqualTo("hold");
    assertThat(get("/v1/pairs/p0").path("reason").asString()).isEqualTo("mine");
  }

  /** Many attempts are open; this happens; then all of them are refused. */
  private void refusedLater(Call meanwhile) throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    backend.on(Point.RCPT, Act.after(refused, Act.reply("550 5.1.1 no such user")));
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> replies = new ArrayList<>();
      for (int i = 0; i < LIMIT; i++) {
        String user = user(i);
        replies.add(
            senders.submit(() -> {
              try (Sender sender = new Sender(gateway.lmtp())) {
                return sender.send("one", user);
              }
            }));
      }
      await()
          .atMost(PATIENCE)
          .until(
              () -> backend.commands().stream().filter(c -> c.startsWith("RCPT")).count() == LIMIT);
      try {
        meanwhile.run();
      } finally {
        refused.countDown();
      }
      for (Future<String> reply : replies) {
        assertThat(reply.get()).startsWith("250");
      }
    }
  }

  private interface Call {
    void run() throws Exception;
  }

  private void mustBeLeftAlone() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(deliveries(item -> true))
                .hasSize(LIMIT)
                .allMatch(item -> item.path("state").asString().equals("parked")));
  }

  // ---- what must be

  private void mustBeHeld(String lastReply) throws Exception {
    await().atMost(PATIENCE).until(() -> state().equals("hold"));
    JsonNode pair = get("/v1/pairs/p0");
    assertThat(pair.path("by").asString()).isEqualTo("gateway");
    assertThat(pair.path("reason").asString())
        .contains("mass refusal: a refused " + LIMIT + " of the last ", lastReply);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          List<JsonNode> told = new ArrayList<>();
          get("/v1/events").path("items").forEach(told::add);
          assertThat(told)
              .filteredOn(event -> event.path("who").asString().equals("gateway"))
              .filteredOn(event -> event.path("what").asString().equals("pair.state"))
              .singleElement()
              .satisfies(event ->
                  assertThat(event.path("why").asString())
                      .isEqualTo(pair.path("reason").asString()));
        });
    assertThat(text("/metrics")).containsPattern("(?m)^holdfast_mass_refusals(_total)? 1");
  }

  private void mustAllBeHeld(int count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(deliveries(item -> true))
                .hasSize(count)
                .allMatch(item -> item.path("state").asString().equals("held")));
  }

  private void mustAllBeDelivered(int count) {
    await().atMost(PATIENCE).until(() -> deliveries(item -> true).isEmpty());
    assertThat(backend.received()).hasSize(count);
  }

  private void release() throws Exception {
    put("/v1/pairs/p0/state", "{\"state\": \"active\"}");
  }

  private String state() throws Exception {
    return get("/v1/pairs/p0").path("state").asString();
  }

  private List<JsonNode> deliveries(Predicate<JsonNode> which) throws Exception {
    return StreamSupport.stream(
            get("/v1/queue/messages?limit=1000").path("items").spliterator(), false)
        .filter(which)
        .toList();
  }

  private static String header(String content, String name) {
    return content
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .orElseThrow()
        .substring(name.length());
  }

  private static String user(int number) {
    return "u" + number + "@example.com";
  }

  // ---- the gateway

  private void start(int limit) throws Exception {
    Path file = folder.resolve("holdfast.yaml");
    StringBuilder map = new StringBuilder("pairs:\n");
    map.append(
        "  - { name: p0, members: { a: { lmtp: \"%s\" } }, active: a }\nusers:\n"
            .formatted(backend.address()));
    for (int i = 0; i < USERS; i++) {
      map.append("  - { address: %s, pair: p0 }\n".formatted(user(i)));
    }
    Files.writeString(folder.resolve("map.yaml"), map);
    Files.writeString(
        file,
        """
        data: %1$s/data
        smtp: { listen: "127.0.0.1:0" }
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        delivery: { handoff-timeout: 1m, mass-refusal: { users: %2$d, within: 10m } }
        map: { load: %1$s/map.yaml }
        """
            .formatted(folder, limit));
    settings = SettingsFile.read(file);
    gateway = Gateway.start(settings, file);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return json.readTree(text(path));
  }

  private String text(String path) throws IOException, InterruptedException {
    return call(HttpRequest.newBuilder(gateway.admin().resolve(path)).GET());
  }

  private void put(String path, String body) throws IOException, InterruptedException {
    call(
        HttpRequest.newBuilder(gateway.admin().resolve(path))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String call(HttpRequest.Builder request) throws IOException, InterruptedException {
    String token = Files.readString(settings.operatorToken()).strip();
    HttpResponse<String> answer =
        http.send(
            request.timeout(PATIENCE).header("Authorization", "Bearer " + token).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }
}
