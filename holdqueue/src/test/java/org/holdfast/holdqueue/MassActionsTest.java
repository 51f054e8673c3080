package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.Eventually.PATIENCE;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.LogSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does to many deliveries at once. */
class MassActionsTest {

  private static final Instant FIRST = Instant.parse("2026-11-21T10:00:00Z");
  private static final Recipient BOB = Mail.recipient("bob@example.com");
  private static final QueueAction.Redirect TO_BOB = new QueueAction.Redirect("ann", BOB, "p1");

  @TempDir Path directory;
  private final FakeNextHops world = new FakeNextHops();
  private EmbeddedHoldQueue queue;
  private int stored;

  @BeforeEach
  void open() throws IOException {
    StoreSettings settings =
        new StoreSettings(directory, 1L << 30, 0, LogSettings.usual(), Duration.ofSeconds(20));
    queue =
        EmbeddedHoldQueue.open(
            settings, DispatchLimits.defaults(), new RealDisk(), InstantSource.system());
    assertThat(queue.awaitReady(PATIENCE)).isTrue();
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private void restart() throws IOException {
    queue.close();
    open();
  }

  /** Accepted a second after the one before. */
  private void store(String sender, Held... recipients) throws IOException {
    String id = "m" + stored;
    Envelope envelope = new Envelope(id, sender, FIRST.plusSeconds(stored++), "mx", Map.of());
    queue.store(envelope, Mail.content("mail " + id), List.of(recipients));
  }

  /** One message for so many users. */
  private void storeForMany(String sender, int users) throws IOException {
    Held[] held = new Held[users];
    for (int i = 0; i < users; i++) {
      held[i] = Mail.waiting("user" + i + "@example.com");
    }
    store(sender, held);
  }

  private List<String> lane(String lane) {
    return queue.list(new QueueFilter(null, lane, null, null, null, null), null, 10_000).stream()
        .map(item -> item.delivery().envelope().id() + "/" + item.delivery().number())
        .toList();
  }

  private static QueueFilter sender(String sender) {
    return new QueueFilter(null, null, null, null, sender, null);
  }

  @Test
  void action_onManyThousands_goesInRoundsAndTellsHowFarItIs() throws IOException {
    storeForMany("spam@x.test", 900);
    storeForMany("spam@x.test", 900);
    storeForMany("spam@x.test", 700);
    storeForMany("good@x.test", 5);
    List<Long> told = new ArrayList<>();
    long done = queue.act(sender("spam@x.test"), new QueueAction.Discard("ann", "spam"), told::add);
    assertThat(done).isEqualTo(2500);
    assertThat(told).containsExactly((long) Actions.ROUND, 2500L);
    assertThat(queue.count(QueueFilter.any())).isEqualTo(5);
  }

  @Test
  void discard_cutOffInTheMiddleAndRestarted_isDoneInPartAndFinishedByAnother() throws IOException {
    storeForMany("spam@x.test", 1_400);
    storeForMany("spam@x.test", 1_400);
    QueueAction discard = new QueueAction.Discard("ann", "spam");
    assertThatThrownBy(() -> queue.act(sender("spam@x.test"), discard, this::breakOff))
        .isInstanceOf(CancellationException.class);
    restart();
    assertThat(queue.count(sender("spam@x.test"))).isEqualTo(800);
    assertThat(queue.act(sender("spam@x.test"), discard, _ -> {})).isEqualTo(800);
    restart();
    assertThat(queue.summary().messages()).isZero();
  }

  @Test
  void redirect_cutOffAndRunAgain_leavesTheTargetsLaneInTheOrderOfAcceptance() throws IOException {
    store("first@x.test", Mail.waiting("bob@example.com"));
    List<String> expected = new ArrayList<>(List.of("m0/0"));
    for (int i = 0; i < 4; i++) {
      storeForMany("shop@x.test", 700);
      for (int user = 0; user < 700; user++) {
        expected.add("m" + (i + 1) + "/" + user);
      }
    }
    assertThatThrownBy(() -> queue.act(sender("shop@x.test"), TO_BOB, this::breakOff))
        .isInstanceOf(CancellationException.class);
    restart();
    QueueFilter left = TO_BOB.concerned(sender("shop@x.test"));
    assertThat(queue.count(left)).isEqualTo(800);
    assertThat(queue.act(sender("shop@x.test"), TO_BOB, _ -> {})).isEqualTo(800);
    assertThat(lane("bob@example.com")).containsExactlyElementsOf(expected);
    assertThat(queue.act(sender("shop@x.test"), TO_BOB, _ -> {})).isZero();
    restart();
    assertThat(lane("bob@example.com")).containsExactlyElementsOf(expected);
  }

  private void breakOff(long soFar) {
    throw new CancellationException("at " + soFar);
  }

  @Test
  void redirect_toWhereItGoesAlready_changesNothing() throws IOException {
    store("a@x.test", Mail.waiting("bob@example.com"));
    store("a@x.test", Mail.waiting("bob@example.com"));
    assertThat(queue.redirect(QueueFilter.message("m0"), BOB, "p1", "ann")).isZero();
    assertThat(lane("bob@example.com")).containsExactly("m0/0", "m1/0");
    assertThat(queue.history("m0")).isEmpty();
  }

  @Test
  void redirect_toSomebodyOnHold_waitsWithTheRestOfThatLane() throws IOException {
    queue.start(world);
    store("a@x.test", Mail.held("alice@example.com", Held.Entry.PARKED));
    store("b@x.test", Mail.waiting("bob@example.com"));
    assertThat(queue.redirect(QueueFilter.message("m0"), BOB, "p1", "ann")).isEqualTo(1);
    assertThat(lane("bob@example.com")).containsExactly("m1/0", "m0/0");
    eventually(() ->
        queue.list(QueueFilter.any(), null, 9).stream()
            .allMatch(item -> item.state() == DeliveryState.HELD));
    world.open("bob@example.com", "p1");
    queue.opened(new Lanes.One("bob@example.com"));
    eventually(() -> world.delivered.size() == 2);
    assertThat(world.delivered)
        .containsExactly("bob@example.com mail m1", "bob@example.com mail m0");
  }

  @Test
  void waiting_ofSomeLanes_leavesOutWhatIsParkedAndWhoHasNothing() throws IOException {
    store("a@x.test", Mail.waiting("alice@example.com"), Mail.waiting("bob@example.com"));
    store("a@x.test", Mail.waiting("alice@example.com"));
    queue.park(QueueFilter.delivery("m0", "bob@example.com"), "ann", "later");
    List<LaneSummary> waiting =
        queue.waiting(List.of("alice@example.com", "bob@example.com", "nobody@example.com"));
    assertThat(waiting).hasSize(1);
    assertThat(waiting.getFirst().deliveries()).isEqualTo(2);
  }

  /** A dry run must say what the action does then. */
  @Test
  void count_ofAnyFilter_isWhatIsListedAndWhatAnActionIsAbout() throws IOException {
    long seed = RandomGenerator.getDefault().nextLong();
    RandomGenerator random = new SplittableRandom(seed);
    someMail(random);
    for (int i = 0; i < 400; i++) {
      QueueFilter filter = someFilter(random);
      assertThat(queue.count(filter))
          .as("seed %d: %s", seed, filter)
          .isEqualTo(queue.list(filter, null, 10_000).size());
    }
    QueueFilter half = new QueueFilter(null, null, "p1", null, "s1@x.test", null);
    long counted = queue.count(half);
    assertThat(queue.park(half, "ann", "")).as("seed %d", seed).isEqualTo((int) counted);
  }

  @SafeVarargs
  private static <T> T some(RandomGenerator random, T... of) {
    return of[random.nextInt(of.length)];
  }

  private void someMail(RandomGenerator random) throws IOException {
    for (int i = 0; i < 120; i++) {
      String user = "user" + random.nextInt(12) + "@example.com";
      Recipient to =
          random.nextInt(4) == 0
              ? new Recipient(user.replace("@", "+x@"), user, user, Map.of())
              : Mail.recipient(user);
      Held held =
          new Held(to, some(random, "p1", "p2"), some(random, Held.Entry.values()), "", null);
      store("s" + random.nextInt(3) + "@x.test", held, Mail.waiting("also" + i % 9 + "@x.org"));
    }
    queue.redirect(sender("s2@x.test"), Mail.recipient("user1@example.com"), "p1", "ann");
    queue.retry(new QueueFilter(null, "user3@example.com", null, null, null, null), "ann");
    queue.discard(QueueFilter.message("m7"), "ann", "no");
  }

  private QueueFilter someFilter(RandomGenerator random) {
    String recipient = some(random, "user1@example.com", "user2+x@example.com", "also3@x.org");
    QueueFilter filter =
        new QueueFilter(
            random.nextInt(6) == 0 ? "m" + random.nextInt(stored) : null,
            random.nextInt(3) == 0 ? recipient : null,
            random.nextInt(3) == 0 ? some(random, "p1", "p2", "imap5-6", "none") : null,
            random.nextInt(3) == 0 ? some(random, DeliveryState.values()) : null,
            random.nextInt(3) == 0 ? some(random, "s1@x.test", "s2@x.test", "s9@x.test") : null,
            random.nextInt(3) == 0 ? FIRST.plusSeconds(random.nextInt(120)) : null);
    return random.nextInt(4) == 0 ? filter.notTo(Mail.recipient("user1@example.com")) : filter;
  }
}
