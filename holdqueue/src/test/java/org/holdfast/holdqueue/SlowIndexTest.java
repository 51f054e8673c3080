package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.holdqueue.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index comes too late for a person who acts, and the act is in the log all the same. */
class SlowIndexTest {

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";

  /** Whoever acts waits no longer for the index. */
  private static final Duration EXACT = Duration.ofMillis(300);

  @TempDir Path directory;

  private final FaultyDisk disk = new FaultyDisk(1);
  private final FakeNextHops world = new FakeNextHops();
  private final AtomicBoolean stuck = new AtomicBoolean();

  private EmbeddedHoldQueue open() throws IOException {
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(
            new StoreSettings(directory, 1L << 40, 0, QueueTrial.SEGMENTS, EXACT),
            QueueTrial.limits(),
            disk,
            InstantSource.system());
    assertThat(queue.awaitReady(Duration.ofSeconds(20))).isTrue();
    disk.beforeReads(() -> {
      if (stuck.get() && Thread.currentThread().getName().equals("index")) {
        throw new IOException("by the test");
      }
    });
    return queue;
  }

  /** Alice's mail is parked, and all is open and at rest. */
  private void park(EmbeddedHoldQueue queue) throws IOException {
    Held parked =
        new Held(
            Mail.waiting(ALICE).recipient(), "imap5-6", Held.Entry.PARKED, "by the test", null);
    queue.store(Mail.envelope("m"), Mail.content("mail m"), List.of(parked));
    world.open(ALICE, "imap5-6");
    world.open(BOB, "imap5-6");
    queue.start(world);
    eventually(() -> queue.dispatch().walks() == 0 && queue.message("m").size() == 1);
  }

  @Test
  void retry_indexComesLater_laneGoesOnThen() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      park(queue);
      stuck.set(true);
      assertThatThrownBy(() -> queue.retry(QueueFilter.message("m"), "operator"))
          .isInstanceOf(NotYetKnownException.class);
      stuck.set(false);
      eventually(() -> world.delivered.size() == 1);
    }
  }

  @Test
  void redirect_indexComesLater_newLaneGoesOnThen() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      park(queue);
      stuck.set(true);
      Recipient bob = Mail.waiting(BOB).recipient();
      assertThatThrownBy(() -> queue.redirect(QueueFilter.message("m"), bob, "imap5-6", "operator"))
          .isInstanceOf(NotYetKnownException.class);
      stuck.set(false);
      eventually(() -> world.delivered.size() == 1);
    }
  }
}
