package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Kills the real jar with SIGKILL again and again while senders send, states flip and held mail is
 * released; now and then while it recovers, while it compacts, with its index gone, with no room
 * left. In rounds: at the end of each the folder is read by the last resort, everything is released
 * and compared, and a line says what came of it so far. So hours of mail need no more disk or
 * memory than one round.
 *
 * <p>See docs/durability.md for the properties {@code holdfast.campaign.*} and for a long one.
 */
class CrashCampaignIT {

  private static final int KILLS = Integer.getInteger("holdfast.campaign.kills", 2);
  private static final long MINUTES = Long.getLong("holdfast.campaign.minutes", 0);
  private static final int SENDERS = Integer.getInteger("holdfast.campaign.senders", 4);
  private static final int KILLS_PER_ROUND = Integer.getInteger("holdfast.campaign.round", 20);
  private static final long SEED = Long.getLong("holdfast.campaign.seed", System.nanoTime());

  private static final int LIFE_MILLIS_LEAST = 300;
  private static final int LIFE_MILLIS_MORE = 1500;
  private static final int RECOVERY_MILLIS = 1500;
  private static final int KILLED_IN_RECOVERY_ONE_IN = 4;
  private static final int INDEX_GONE_ONE_IN = 3;
  private static final int FULL_ONE_IN = 6;
  private static final Duration DRAINED = Duration.ofMinutes(10);

  /** Compaction begins when a segment was thin for two of its rounds, ten seconds each. */
  private static final Duration COMPACTION_BEGINS = Duration.ofSeconds(60);

  private static final int COMPACTION_MILLIS = 400;
  private static final String COMPACTION = " are carried forward";

  /** Small, so that there are many, and many to compact; some messages are larger than one. */
  private static final String SEGMENTS = ", segment-size: 1MiB";

  private static final int FULL_SOON_OCTETS = 1 << 20;

  private final Random random = new Random(SEED);
  private final List<Long> kills = new ArrayList<>();
  private final CampaignResult result = new CampaignResult(kills);
  private final List<String> wrong = new ArrayList<>();
  private final long begun = System.nanoTime();
  private boolean withCompaction;
  private int inRecovery;
  private int inCompaction;
  private int full;
  private int heldThroughKills;
  private long mostOctets;

  @Test
  void killedAgainAndAgain_everythingAcknowledgedArrives() throws Exception {
    withCompaction = MINUTES > 0 || KILLS >= KILLS_PER_ROUND;
    try (CampaignBackend backend = new CampaignBackend();
        GatewayProcess gateway =
            new GatewayProcess(
                NumberedUsers.map(backend.port(), SENDERS, List.of("flips", "flows")),
                GatewayProcess.ROOMY + SEGMENTS,
                "-Xmx256m");
        GatewayApi api = new GatewayApi(gateway)) {
      List<CampaignSender> senders = senders(gateway);
      try {
        gateway.start();
        while (!over()) {
          round(gateway, api, senders, backend);
        }
        assertThat(result.accepted).as("seed " + SEED).isPositive();
        assertThat(withCompaction && inCompaction == 0)
            .as(
                "none of the kills aimed at compaction hit it: does it still say \"%s\"?",
                COMPACTION)
            .isFalse();
      } catch (Exception | AssertionError e) {
        System.out.println("campaign: the gateway's folder stays in " + gateway.keep());
        throw e;
      }
    }
  }

  private boolean over() {
    return MINUTES > 0
        ? System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(MINUTES)
        : kills.size() >= KILLS;
  }

  /** The store has little room since the last restart. */
  private boolean tight;

  private void round(
      GatewayProcess gateway, GatewayApi api, List<CampaignSender> senders, CampaignBackend backend)
      throws Exception {
    List<Thread> threads = senders.stream().map(s -> Thread.ofVirtual().start(s)).toList();
    int last =
        MINUTES > 0
            ? kills.size() + KILLS_PER_ROUND
            : Math.min(KILLS, kills.size() + KILLS_PER_ROUND);
    while (kills.size() < last) {
      live(api);
      kill(gateway);
      restart(gateway, kills.size() < last);
    }
    if (tight) { // killed once more in its recovery: the last message could never be taken
      kill(gateway);
      restart(gateway, false);
    }
    if (withCompaction) {
      killWhileCompacting(gateway, api);
    }
    live(api);
    senders.forEach(CampaignSender::stop);
    for (Thread thread : threads) {
      thread.join();
    }
    kill(gateway);
    lastResort(gateway, senders, backend);
    gateway.start();
    release(api);
    compare(senders, backend);
    hold(api);
  }

  /** A while in which states change. */
  private void live(GatewayApi api) throws InterruptedException {
    long end = System.nanoTime() + millis(LIFE_MILLIS_LEAST + random.nextInt(LIFE_MILLIS_MORE));
    while (System.nanoTime() < end) {
      flipOne(api);
    }
  }

  private void flipOne(GatewayApi api) throws InterruptedException {
    int sender = random.nextInt(SENDERS);
    flip(api, NumberedUsers.address("flips", sender), random.nextBoolean() ? "moving" : "active");
    TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(100));
  }

  private static void flip(GatewayApi api, String user, String state) throws InterruptedException {
    try {
      api.setState(user, "{\"state\":\"" + state + "\"}");
    } catch (IOException e) {
      throw new IllegalStateException("a living gateway takes a state", e);
    }
  }

  private void kill(GatewayProcess gateway) throws InterruptedException, IOException {
    kills.add(System.nanoTime());
    gateway.kill9();
    mostOctets = Math.max(mostOctets, octets(gateway.data()));
  }

  private void restart(GatewayProcess gateway, boolean another)
      throws IOException, InterruptedException {
    boolean soonFull = another && random.nextInt(FULL_ONE_IN) == 0;
    full += soonFull ? 1 : 0;
    tight = soonFull;
    gateway.store((soonFull ? soonFull(gateway) : GatewayProcess.ROOMY) + SEGMENTS);
    if (random.nextInt(INDEX_GONE_ONE_IN) == 0) {
      gateway.deleteIndex();
    }
    if (another && random.nextInt(KILLED_IN_RECOVERY_ONE_IN) == 0) {
      gateway.launch();
      TimeUnit.MILLISECONDS.sleep(random.nextInt(RECOVERY_MILLIS));
      kill(gateway);
      inRecovery++;
    }
    gateway.start();
  }

  /** About what is there: some mail still goes in, or none, then 452. */
  private String soonFull(GatewayProcess gateway) throws IOException {
    long most =
        octets(gateway.queue().resolve("log"))
            - FULL_SOON_OCTETS
            + random.nextInt(2 * FULL_SOON_OCTETS);
    return "max-bytes: " + Math.max(1 << 20, most) + ", min-free: 16MiB";
  }

  private void killWhileCompacting(GatewayProcess gateway, GatewayApi api)
      throws InterruptedException, IOException {
    long from = Files.size(gateway.logFile());
    long until = System.nanoTime() + COMPACTION_BEGINS.toNanos();
    boolean seen = false;
    while (!seen && System.nanoTime() < until) {
      flipOne(api);
      seen = logged(gateway.logFile(), from, COMPACTION);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(COMPACTION_MILLIS));
    inCompaction += seen ? 1 : 0;
    kill(gateway);
    restart(gateway, false);
  }

  private static boolean logged(Path file, long from, String words) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] octets = new byte[Math.toIntExact(log.length() - from)];
      log.seek(from);
      log.readFully(octets);
      return new String(octets, StandardCharsets.UTF_8).contains(words);
    }
  }

  /** What an operator would get out of the folder at this moment, without a gateway. */
  private void lastResort(
      GatewayProcess gateway, List<CampaignSender> senders, CampaignBackend backend)
      throws IOException {
    Path copy = gateway.data().resolveSibling("log-before-release");
    if (Files.exists(copy)) {
      Folders.remove(copy);
    }
    Folders.copy(gateway.queue().resolve("log"), copy);
    CampaignStore store = CampaignStore.read(gateway.queue());
    senders.forEach(sender -> store.compare(sender, backend));
    heldThroughKills += store.messages;
    wrong.addAll(store.wrong);
  }

  private static void release(GatewayApi api) throws InterruptedException {
    for (int i = 0; i < SENDERS; i++) {
      flip(api, NumberedUsers.address("held", i), "active");
      flip(api, NumberedUsers.address("flips", i), "active");
    }
    try {
      await("all is released")
          .atMost(DRAINED)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> api.held() == 0);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("seed " + SEED + ": not all that was held is released", e);
    }
  }

  private static void hold(GatewayApi api) throws InterruptedException {
    for (int i = 0; i < SENDERS; i++) {
      flip(api, NumberedUsers.address("held", i), "moving");
    }
  }

  private void compare(List<CampaignSender> senders, CampaignBackend backend) {
    senders.forEach(sender -> result.add(sender, backend));
    System.out.printf(
        "campaign %d min: seed=%d senders=%d kills=%d (recovering %d, compacting %d) full=%d"
            + " accepted=%d arrived=%d held-in-folder=%d lost=%d out-of-order=%d damaged=%d"
            + " duplicated=%d (sent again %d, sent again after 4xx %d, delivered again %d)"
            + " deferred=%d folder<=%dMiB%n",
        TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begun),
        SEED,
        SENDERS,
        kills.size(),
        inRecovery,
        inCompaction,
        full,
        result.accepted,
        result.arrived,
        heldThroughKills,
        result.lost.size(),
        result.outOfOrder.size(),
        result.damaged.size(),
        result.sentAgain + result.sentAgainLater + result.deliveredAgain,
        result.sentAgain,
        result.sentAgainLater,
        result.deliveredAgain,
        result.deferred,
        mostOctets >> 20);
    String seed = "seed " + SEED;
    assertThat(result.lost)
        .as("%s; the last resort: %s; again: %s", seed, wrong, result.again)
        .isEmpty();
    assertThat(result.strangers).as(seed).isEmpty();
    assertThat(result.outOfOrder).as(seed).isEmpty();
    assertThat(result.damaged).as(seed).isEmpty();
    assertThat(result.unexplained).as(seed).isEmpty();
    assertThat(wrong).as("the last resort, " + seed).isEmpty();
    assertThat(senders).as(seed).allSatisfy(sender -> assertThat(sender.bounced).isEmpty());
    senders.forEach(CampaignSender::forget);
    backend.forget();
  }

  private List<CampaignSender> senders(GatewayProcess gateway) {
    List<CampaignSender> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      List<String> users =
          List.of(
              NumberedUsers.address("held", i),
              NumberedUsers.address("flips", i),
              NumberedUsers.address("flows", i));
      senders.add(new CampaignSender(users, gateway.smtpPort, random.nextLong()));
    }
    return senders;
  }

  private static long octets(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static long millis(int count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }
}
