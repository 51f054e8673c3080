package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Kills the real jar with SIGKILL again and again while senders send, states flip and held mail is
 * released; now and then while it recovers, now and then with its index gone. At the end everything
 * is released and compared.
 *
 * <p>{@code -Dholdfast.campaign.kills=N} says how often (3), {@code -Dholdfast.campaign.seed=S}
 * repeats a choice of moments (not what the machine makes of them). See docs/durability.md.
 */
class CrashCampaignIT {

  private static final int KILLS = Integer.getInteger("holdfast.campaign.kills", 3);
  private static final long SEED = Long.getLong("holdfast.campaign.seed", System.nanoTime());
  private static final int SENDERS = 4;

  private static final int LIFE_MILLIS_LEAST = 300;
  private static final int LIFE_MILLIS_MORE = 1500;
  private static final int RECOVERY_MILLIS = 1500;
  private static final int KILLED_IN_RECOVERY_ONE_IN = 4;
  private static final int INDEX_GONE_ONE_IN = 3;
  private static final Duration DRAINED = Duration.ofMinutes(3);

  private final Random random = new Random(SEED);
  private final List<Long> kills = new ArrayList<>();

  @Test
  void killedAgainAndAgain_everythingAcknowledgedArrives() throws Exception {
    try (CampaignBackend backend = new CampaignBackend();
        GatewayProcess gateway = new GatewayProcess(map(backend));
        GatewayApi api = new GatewayApi(gateway)) {
      gateway.start();
      List<CampaignSender> senders = senders(gateway);
      List<Thread> threads = senders.stream().map(s -> Thread.ofVirtual().start(s)).toList();
      while (kills.size() < KILLS) {
        live(api);
        kill(gateway);
        restart(gateway);
      }
      live(api);
      senders.forEach(CampaignSender::stop);
      for (Thread thread : threads) {
        thread.join();
      }
      release(api);
      compare(senders, backend);
    }
  }

  /** A while in which states change. */
  private void live(GatewayApi api) throws InterruptedException {
    long end = System.nanoTime() + millis(LIFE_MILLIS_LEAST + random.nextInt(LIFE_MILLIS_MORE));
    while (System.nanoTime() < end) {
      int sender = random.nextInt(SENDERS);
      flip(api, "flips" + sender + "@example.com", random.nextBoolean() ? "moving" : "active");
      TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(100));
    }
  }

  private static void flip(GatewayApi api, String user, String state) throws InterruptedException {
    try {
      api.setState(user, "{\"state\":\"" + state + "\"}");
    } catch (IOException e) {
      throw new IllegalStateException("a living gateway takes a state", e);
    }
  }

  private void kill(GatewayProcess gateway) throws InterruptedException {
    kills.add(System.nanoTime());
    gateway.kill9();
  }

  private void restart(GatewayProcess gateway) throws IOException, InterruptedException {
    if (random.nextInt(INDEX_GONE_ONE_IN) == 0) {
      gateway.deleteIndex();
    }
    if (kills.size() < KILLS && random.nextInt(KILLED_IN_RECOVERY_ONE_IN) == 0) {
      gateway.launch();
      TimeUnit.MILLISECONDS.sleep(random.nextInt(RECOVERY_MILLIS));
      kill(gateway);
    }
    gateway.start();
  }

  private static void release(GatewayApi api) throws InterruptedException {
    for (int i = 0; i < SENDERS; i++) {
      flip(api, "held" + i + "@example.com", "active");
      flip(api, "flips" + i + "@example.com", "active");
    }
    await("all is released")
        .atMost(DRAINED)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> api.held() == 0);
  }

  private void compare(List<CampaignSender> senders, CampaignBackend backend) {
    CampaignResult result = new CampaignResult(kills);
    senders.forEach(sender -> result.add(sender, backend));
    System.out.printf(
        "campaign seed=%d kills=%d accepted=%d arrived=%d lost=%d duplicated=%d (sent again %d,"
            + " delivered again %d) deferred=%d%n",
        SEED,
        kills.size(),
        result.accepted,
        result.arrived,
        result.lost.size(),
        result.sentAgain + result.deliveredAgain,
        result.sentAgain,
        result.deliveredAgain,
        senders.stream().mapToInt(sender -> sender.deferred).sum());
    String seed = "seed " + SEED;
    assertThat(result.accepted).as(seed).isPositive();
    assertThat(result.lost).as(seed).isEmpty();
    assertThat(result.outOfOrder).as(seed).isEmpty();
    assertThat(result.damaged).as(seed).isEmpty();
    assertThat(result.unexplained).as(seed).isEmpty();
    assertThat(senders).as(seed).allSatisfy(sender -> assertThat(sender.bounced).isEmpty());
  }

  private List<CampaignSender> senders(GatewayProcess gateway) {
    List<CampaignSender> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      List<String> users =
          List.of(
              "held" + i + "@example.com",
              "flips" + i + "@example.com",
              "flows" + i + "@example.com");
      senders.add(new CampaignSender(users, gateway.smtpPort, random.nextLong()));
    }
    return senders;
  }

  private static String map(CampaignBackend backend) {
    StringBuilder map =
        new StringBuilder(
            """
            pairs:
              - { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d" } }, active: imap5 }
            users:
            """
                .formatted(backend.port()));
    for (int i = 0; i < SENDERS; i++) {
      map.append(
          "  - { address: held%d@example.com, pair: imap5-6, state: moving }\n".formatted(i));
      map.append("  - { address: flips%d@example.com, pair: imap5-6 }\n".formatted(i));
      map.append("  - { address: flows%d@example.com, pair: imap5-6 }\n".formatted(i));
    }
    return map.toString();
  }

  private static long millis(int count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }
}
