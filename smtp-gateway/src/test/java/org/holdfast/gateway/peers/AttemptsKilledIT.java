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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real jar is killed with SIGKILL in a burst of first login attempts, and its view deleted.
 * Every attempt that was answered has its place afterwards, and whoever was answered before another
 * one asked is before it.
 */
class AttemptsKilledIT {

  private static final int USERS = 300;
  private static final int CLIENTS = 8;
  private static final int BEFORE_THE_KILL = 80;

  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = new JsonMapper();

  /** When it was asked and answered, in nanoseconds. */
  private record Spell(long asked, long answered) {}

  private final Map<String, Spell> answered = new ConcurrentHashMap<>();

  @Test
  void killedInABurst_whoWasAnsweredKeepsItsPlace() throws Exception {
    try (GatewayProcess gateway = new GatewayProcess(map())) {
      gateway.start();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int first = i;
        clients.add(Thread.ofVirtual().start(() -> attempts(gateway, first)));
      }
      await()
          .atMost(Duration.ofMinutes(5))
          .until(() ->
              answered.size() >= BEFORE_THE_KILL || clients.stream().noneMatch(Thread::isAlive));
      gateway.kill9();
      for (Thread client : clients) {
        client.join();
      }
      assertThat(answered).hasSizeGreaterThanOrEqualTo(BEFORE_THE_KILL);
      deleteView(gateway);
      gateway.start();
      compare(order(gateway));
    }
  }

  private static String map() {
    StringBuilder map = new StringBuilder("pairs:\n");
    map.append("  - { name: p, members: { m: { lmtp: \"127.0.0.1:9\" } }, active: m }\nusers:\n");
    for (int i = 0; i < USERS; i++) {
      map.append("  - { address: u").append(i).append("@example.com, pair: p, state: moving }\n");
    }
    return map.toString();
  }

  private void attempts(GatewayProcess gateway, int first) {
    for (int i = first; i < USERS; i += CLIENTS) {
      String user = "u" + i + "@example.com";
      long asked = System.nanoTime();
      try {
        if (call(gateway, "POST", "/v1/users/" + user + "/login-attempts").statusCode() == 200) {
          answered.put(user, new Spell(asked, System.nanoTime()));
        }
      } catch (IOException _) {
        return; // killed
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private HttpResponse<String> call(GatewayProcess gateway, String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort + path))
            .header("Authorization", "Bearer " + gateway.operatorToken())
            .method(method, BodyPublishers.noBody())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void deleteView(GatewayProcess gateway) throws IOException {
    try (Stream<Path> files = Files.list(gateway.data().resolve("map/view"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private List<String> order(GatewayProcess gateway) throws Exception {
    List<String> order = new ArrayList<>();
    String after = "";
    do {
      JsonNode page =
          json.readTree(
              call(gateway, "GET", "/v1/restores?pair=p&limit=1000&after=" + after).body());
      page.path("items").forEach(item -> order.add(item.path("address").asString()));
      after = page.path("next").isNull() ? "" : page.path("next").asString();
    } while (!after.isEmpty());
    return order;
  }

  /** Going backwards: nobody was answered before somebody who is behind was even asked. */
  private void compare(List<String> order) {
    assertThat(order).containsAll(answered.keySet()).doesNotHaveDuplicates();
    long earliestAnswerBehind = Long.MAX_VALUE;
    for (String user : order.reversed()) {
      Spell spell = answered.get(user);
      if (spell != null) {
        assertThat(spell.asked())
            .as("%s is before somebody who was answered before it asked", user)
            .isLessThan(earliestAnswerBehind);
        earliestAnswerBehind = Math.min(earliestAnswerBehind, spell.answered());
      }
    }
  }
}
