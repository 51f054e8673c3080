package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCompactionTest {

  private static final Who OPS = new Who("ops", "why");
  private static final Duration NOT = Duration.ZERO;
  private static final long FLOOR = 50;

  @TempDir Path folder;
  private final MemoryChangeLog log = new MemoryChangeLog();
  private final SetClock clock = new SetClock();

  private EmbeddedRouting open(Executor threads) throws IOException {
    Path view = folder.resolve("view");
    return EmbeddedRouting.open(new MapSettings(view, "+", 100, FLOOR), log, clock, threads);
  }

  private static void fill(EmbeddedRouting map) throws Exception {
    Member member = new Member("m", HostPort.parse("127.0.0.1:10024"), null);
    map.putPair("pair", List.of(member), "m", OPS, NOT);
    for (String user : List.of("alice", "bob", "carol")) {
      map.putUser(user + "@example.com", "pair", null, OPS, NOT);
    }
    map.putAlias(new Alias("a@example.com", "alice@example.com"), OPS);
    map.putDomain("example.org", OPS);
    map.setHold(new Target.OfDomain("example.com"), true, OPS, NOT);
  }

  private static void flip(EmbeddedRouting map, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      UserState state = i % 2 == 0 ? UserState.MOVING : UserState.ACTIVE;
      map.setUserState("bob@example.com", state, null, OPS, NOT);
    }
  }

  private static String picture(EmbeddedRouting map) throws Exception {
    return map.users(null, null, null, 100)
        + "\n"
        + map.pairs()
        + map.aliases(null, 100)
        + map.domains(null, 100)
        + map.holds()
        + map.userCounts();
  }

  private String fromTheLog() throws Exception {
    MapView.delete(folder.resolve("view"));
    try (EmbeddedRouting map = open(Runnable::run)) {
      return picture(map);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manyChanges_logIsAPictureAndTheSameMap() throws Exception {
    String before;
    try (EmbeddedRouting map = open(Runnable::run)) {
      fill(map);
      flip(map, 400);
      before = picture(map);
    }
    assertThat(log.rewrites).isPositive();
    assertThat(log.size()).isLessThan(100);
    assertThat(fromTheLog()).isEqualTo(before);
  }

  @Test
  void manyAliases_areNoReasonToWriteItAnewAgainAndAgain() throws Exception {
    try (EmbeddedRouting map = open(Runnable::run)) {
      fill(map);
      for (int i = 0; i < 2 * FLOOR; i++) {
        map.putAlias(new Alias("a" + i + "@example.com", "alice@example.com"), OPS);
      }
      flip(map, 10);
      assertThat(log.rewrites).isEqualTo(1);
    }
  }

  /** The writing of the picture stands still; changes go on, and are in the new log. */
  @Test
  void changesWhileThePictureIsWritten_doNotWaitAndAreKept() throws Exception {
    CountDownLatch inPicture = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    log.whileReplacing =
        () -> {
          inPicture.countDown();
          await(goOn);
        };
    String before;
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    try (EmbeddedRouting map = open(task -> thread.set(Thread.ofPlatform().start(task)))) {
      fill(map);
      flip(map, 100);
      await(inPicture);
      flip(map, 31);
      map.removeUser("carol@example.com", OPS, NOT);
      map.putUser("dave@example.com", "pair", null, OPS, NOT);
      assertThat(log.rewrites).isZero();
      goOn.countDown();
      Thread running = thread.get();
      assertThat(running).isNotNull();
      running.join();
      assertThat(log.rewrites).isEqualTo(1);
      flip(map, 2);
      before = picture(map);
      assertThat(map.trouble()).isEmpty();
    }
    assertThat(fromTheLog()).isEqualTo(before);
    assertThat(before).contains("dave").doesNotContain("carol");
  }

  @Test
  void closedWhileThePictureIsWritten_endsAndLeavesTheLog() throws Exception {
    CountDownLatch inPicture = new CountDownLatch(1);
    log.whileReplacing = inPicture::countDown;
    AtomicReference<@Nullable Runnable> task = new AtomicReference<>();
    EmbeddedRouting map = open(task::set);
    fill(map);
    flip(map, 100);
    Runnable begun = task.get();
    assertThat(begun).isNotNull();
    Thread closing = Thread.ofPlatform().start(map::close);
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    begun.run();
    closing.join();
    assertThat(log.rewrites).isZero();
  }

  @Test
  void replacementFails_changesGoOnAndItIsTriedAgain() throws Exception {
    log.failsToReplace = true;
    try (EmbeddedRouting map = open(Runnable::run)) {
      fill(map);
      flip(map, 200);
      assertThat(map.trouble()).isEmpty();
      assertThat(log.rewrites).isZero();
      log.failsToReplace = false;
      flip(map, 200);
      assertThat(log.rewrites).isPositive();
      assertThat(map.trouble()).isEmpty();
    }
  }

  /** A user is gone from the view, as damage may have it: that must not become the truth. */
  @Test
  void viewHasLostAUser_neverBecomesTheTruth() throws Exception {
    try (EmbeddedRouting map = open(Runnable::run)) {
      fill(map);
      String url = MapSql.url(folder.resolve("view").resolve(MapView.FILE));
      try (Connection c = DriverManager.getConnection(url);
          Statement s = c.createStatement()) {
        s.execute("delete from users where ukey = 'example.com@carol'");
      }
      assertThat(map.users(null, null, null, 100)).hasSize(2);
      flip(map, 400); // one compaction finds out, the next ones are of the view made anew
      assertThat(map.users(null, null, null, 100)).hasSize(3);
      assertThat(log.rewrites).isPositive();
    }
    assertThat(fromTheLog()).contains("carol");
  }

  /** The log cannot be read back whole: what the view has is not thrown away with it. */
  @Test
  void logHasAHoleBehindThePicture_staysAsItIs() throws Exception {
    List<Long> holes = new ArrayList<>();
    try (EmbeddedRouting map = open(Runnable::run)) {
      fill(map);
      log.whileReplacing =
          () -> {
            if (holes.isEmpty()) {
              holes.add(log.last());
              try {
                flip(map, 5);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              log.forget(log.last() - 1);
            }
          };
      flip(map, 90);
      assertThat(holes).isNotEmpty();
      assertThat(log.rewrites).isZero();
      assertThat(map.trouble()).isEmpty();
    }
  }
}
