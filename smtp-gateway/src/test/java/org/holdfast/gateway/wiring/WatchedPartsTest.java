package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.holdfast.gateway.service.Notifier;
import org.holdfast.gateway.service.Vital;
import org.holdfast.gateway.service.Watchdog;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real parts that the watchdog asks: each of them, broken, stops the ping. */
@Timeout(60)
class WatchedPartsTest {

  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofSeconds(80);

  @TempDir Path folder;

  private final List<String> sent = new ArrayList<>();
  private final CountDownLatch hangs = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private boolean pings(Vital vital, Duration within) throws InterruptedException {
    sent.clear();
    new Watchdog(List.of(vital), within, new Notifier(sent::add)).look();
    return sent.contains("WATCHDOG=1");
  }

  private void hang() {
    hangs.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void eventLoop_thatHangs_stopsThePing() throws Exception {
    try (Loops loops = new Loops()) {
      assertThat(pings(loops::silent, LONG)).isTrue();

      loops.group().next().execute(this::hang);
      hangs.await();
      assertThat(pings(loops::silent, SHORT)).isFalse();
      assertThat(sent.getFirst()).contains("an event loop");

      goOn.countDown();
      assertThat(pings(loops::silent, LONG)).isTrue();
    }
  }

  @Test
  void dispatcher_thatHangs_stopsThePing() throws Exception {
    try (EmbeddedHoldQueue queue = queue()) {
      Vital vital = queue.running()::silent;
      assertThat(pings(vital, LONG)).isTrue();

      queue.start(new HangingMap());
      store(queue);
      hangs.await();
      assertThat(pings(vital, SHORT)).isFalse();
      assertThat(sent.getFirst()).contains("the dispatcher");

      goOn.countDown();
      assertThat(pings(vital, LONG)).isTrue();
    }
  }

  /** Full is not broken. */
  @Test
  void queueWithoutRoom_pings() throws Exception {
    try (EmbeddedHoldQueue queue = queue()) {
      queue.running().bounds(1, 0);
      assertThat(queue.trouble()).contains("max-bytes is reached");
      assertThat(pings(queue.running()::silent, LONG)).isTrue();
      queue.running().bounds(1 << 30, 0);
      assertThat(queue.trouble()).isEmpty();
    }
  }

  private EmbeddedHoldQueue queue() throws Exception {
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(
            StoreSettings.in(folder).bounds(1L << 30, 0).segments(1 << 20),
            DispatchLimits.defaults(),
            new RealDisk(),
            Clock.systemUTC());
    assertThat(queue.awaitReady(Duration.ofSeconds(50))).isTrue();
    return queue;
  }

  private static void store(EmbeddedHoldQueue queue) throws Exception {
    String ann = "ann@example.com";
    byte[] mail = "Subject: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    queue.store(
        new Envelope("id1", "sender@example.com", Instant.EPOCH, "client", Map.of()),
        new Content() {
          @Override
          public long size() {
            return mail.length;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(mail);
          }
        },
        List.of(
            new Held(
                new Recipient(ann, ann, ann, Map.of()), "pair", Held.Entry.WAITING, "test", null)));
  }

  private final class HangingMap implements NextHops {
    @Override
    public Way way(String lane) {
      hang();
      return new Way.Shut("pair", "held");
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {}
  }
}
