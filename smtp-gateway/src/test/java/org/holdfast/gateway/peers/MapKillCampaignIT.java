package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real jar is killed with SIGKILL again and again while clients flip users one by one and many
 * at once, also while it starts, and while its log is written anew; between two lives its view is
 * deleted, cut or overwritten. After each start every user stands as the last answer of 200 said,
 * or as a flip asked that was not answered, and epochs have not gone back. {@code
 * -Dholdfast.mapcampaign.kills=N -Dholdfast.mapcampaign.seed=S}.
 */
class MapKillCampaignIT {

  private static final int KILLS = Integer.getInteger("holdfast.mapcampaign.kills", 2);
  private static final long SEED = Long.getLong("holdfast.mapcampaign.seed", System.nanoTime());

  /** In one life; the log is written anew after some 120 000. */
  private static final int MOST_CHANGES = 25_000;

  private static final int CLIENTS = 4;
  private static final int OF_EACH = 5;

  /** Flipped in one call: some dozens of calls, and the log is written anew. */
  private static final int CROWD = 5000;

  private static final List<String> STATES = List.of("active", "moving", "recovering");

  private final Random random = new Random(SEED);
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = new JsonMapper();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final Map<String, Books> users = new ConcurrentHashMap<>();
  private int viewsSpoilt;
  private int killedAtStart;

  /** What was said of a user. One client writes; read while none runs. */
  private static final class Books {
    private volatile String state = "active";
    private volatile long epoch;
    private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();

    void acknowledge(String now, long its) {
      inDoubt.clear();
      state = now;
      epoch = Math.max(epoch, its);
    }

    Set<String> allowed() {
      Set<String> allowed = new HashSet<>(inDoubt);
      allowed.add(state);
      return allowed;
    }
  }

  @Test
  void killedAgainAndAgain_everyAcknowledgedChangeIsThere() throws Exception {
    System.out.println("map campaign: seed " + SEED);
    try (GatewayProcess gateway = new GatewayProcess(map())) {
      try {
        gateway.start();
        for (int kill = 1; kill <= KILLS; kill++) {
          liveAndDie(gateway);
          spoilView(gateway.data().resolve("map/view"));
          killWhileStarting(gateway);
          gateway.start();
          compare(gateway, kill);
        }
      } catch (Exception | AssertionError e) {
        System.out.println("map campaign: the gateway's folder stays in " + gateway.keep());
        throw e;
      }
      String log = gateway.log();
      System.out.printf(
          "map campaign: seed %d, %d kills and %d while starting, %d views spoilt, %d times"
              + " written anew of %d begun, %d changes acknowledged%n",
          SEED,
          KILLS,
          killedAtStart,
          viewsSpoilt,
          log.split("log was written anew in", -1).length - 1,
          log.split("log is written anew, with", -1).length - 1,
          acknowledged.get());
      assertThat(acknowledged.get()).isPositive();
    }
  }

  private String map() {
    StringBuilder map = new StringBuilder("pairs:\n");
    map.append("  - { name: p, members: { m: { lmtp: \"127.0.0.1:9\" } }, active: m }\nusers:\n");
    for (int i = 0; i < CLIENTS * OF_EACH; i++) {
      add("user" + i + "@example.com", map);
    }
    for (int i = 0; i < CROWD; i++) {
      add("crowd" + i + "@example.org", map);
    }
    return map.toString();
  }

  private void add(String user, StringBuilder to) {
    users.put(user, new Books());
    to.append("  - { address: ").append(user).append(", pair: p }\n");
  }

  // ---- a life

  private void liveAndDie(GatewayProcess gateway) throws Exception {
    AtomicInteger over = new AtomicInteger();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int first = i * OF_EACH;
      long seed = random.nextLong();
      clients.add(Thread.ofVirtual().start(() -> flipOnes(gateway, first, seed, over)));
    }
    long seed = random.nextLong();
    clients.add(Thread.ofVirtual().start(() -> flipCrowds(gateway, seed, over)));
    int until = acknowledged.get() + 10 + random.nextInt(MOST_CHANGES);
    await()
        .atMost(Duration.ofMinutes(10))
        .until(() -> acknowledged.get() >= until || clients.stream().noneMatch(Thread::isAlive));
    gateway.kill9();
    over.set(1);
    for (Thread client : clients) {
      client.join();
    }
  }

  private void flipOnes(GatewayProcess gateway, int first, long seed, AtomicInteger over) {
    Random choice = new Random(seed);
    while (over.get() == 0) {
      String user = "user" + (first + choice.nextInt(OF_EACH)) + "@example.com";
      String state = STATES.get(choice.nextInt(STATES.size()));
      Books books = books(user);
      books.inDoubt.add(state);
      try {
        String body = "{\"state\":\"" + state + "\",\"wait\":\"5s\"}";
        HttpResponse<String> answer =
            call(gateway, "PUT", "/v1/users/" + user + "/state", body, "application/json");
        if (answer.statusCode() == 200) {
          books.acknowledge(state, json.readTree(answer.body()).path("epoch").asLong());
          acknowledged.incrementAndGet();
        }
      } catch (IOException _) {
        return; // it was killed
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Books books(String user) {
    return java.util.Objects.requireNonNull(users.get(user));
  }

  private void flipCrowds(GatewayProcess gateway, long seed, AtomicInteger over) {
    Random choice = new Random(seed);
    while (over.get() == 0) {
      String state = STATES.get(choice.nextInt(STATES.size()));
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < CROWD; i++) {
        String user = "crowd" + i + "@example.org";
        books(user).inDoubt.add(state);
        lines.append("{\"address\":\"" + user + "\",\"state\":\"" + state + "\"}\n");
      }
      try {
        HttpResponse<String> answer =
            call(gateway, "POST", "/v1/states", lines.toString(), "application/x-ndjson");
        if (answer.statusCode() == 200) {
          answer.body().lines().forEach(line -> acknowledgeLine(line, state));
        }
      } catch (IOException _) {
        return; // it was killed
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void acknowledgeLine(String line, String state) {
    JsonNode flip = json.readTree(line);
    if (state.equals(flip.path("state").asString(""))) {
      books(flip.path("address").asString()).acknowledge(state, flip.path("epoch").asLong());
      acknowledged.incrementAndGet();
    }
  }

  private HttpResponse<String> call(
      GatewayProcess gateway, String method, String path, String body, String type)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort + path))
            .timeout(Duration.ofMinutes(2))
            .header("Authorization", "Bearer " + gateway.operatorToken())
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  // ---- between two lives

  private void spoilView(Path view) throws IOException {
    int how = random.nextInt(5);
    if (how > 2) {
      return;
    }
    viewsSpoilt++;
    List<Path> files;
    try (Stream<Path> all = Files.list(view)) {
      files = all.toList();
    }
    for (Path file : files) {
      byte[] octets = Files.readAllBytes(file);
      switch (how) {
        case 0 -> Files.delete(file);
        case 1 -> Files.write(file, java.util.Arrays.copyOf(octets, octets.length / 2));
        default -> {
          for (int i = 0; i < octets.length; i += 1 + random.nextInt(2000)) {
            octets[i] = (byte) random.nextInt();
          }
          Files.write(file, octets);
        }
      }
    }
  }

  /** Dies once more while it recovers, now and then. */
  private void killWhileStarting(GatewayProcess gateway) throws Exception {
    if (random.nextInt(3) == 0) {
      Process started = gateway.launch();
      boolean ended =
          started.waitFor(random.nextInt(2000), java.util.concurrent.TimeUnit.MILLISECONDS);
      assertThat(ended).as("it must not end by itself").isFalse();
      gateway.kill9();
      killedAtStart++;
    }
  }

  private void compare(GatewayProcess gateway, int kill) throws Exception {
    String after = "";
    int seen = 0;
    while (true) {
      JsonNode page =
          json.readTree(
              call(gateway, "GET", "/v1/users?limit=1000" + after, "", "text/plain").body());
      for (JsonNode user : page.path("items")) {
        compare(user, kill);
        seen++;
      }
      String next = page.path("next").asString("");
      if (next.isEmpty()) {
        assertThat(seen).as("seed %d kill %d", SEED, kill).isEqualTo(users.size());
        return;
      }
      after = "&after=" + java.net.URLEncoder.encode(next, java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private void compare(JsonNode user, int kill) {
    Books books = books(user.path("address").asString());
    String state = user.path("state").asString();
    long epoch = user.path("epoch").asLong();
    assertThat(books.allowed()).as("seed %d kill %d %s", SEED, kill, user).contains(state);
    assertThat(epoch)
        .as("seed %d kill %d %s", SEED, kill, user)
        .isGreaterThanOrEqualTo(books.epoch);
    books.acknowledge(state, epoch);
  }
}
