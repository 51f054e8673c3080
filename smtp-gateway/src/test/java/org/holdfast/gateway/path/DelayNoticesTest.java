package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.holdfast.gateway.bounce.Reporter;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.routing.Location;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real queue that nobody empties. */
class DelayNoticesTest {

  private static final Instant START = Instant.parse("2026-11-22T08:00:00Z");
  private static final Duration AFTER = Duration.ofHours(4);

  @TempDir Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;
  private final ScriptedGate gate = new ScriptedGate();
  private final ScriptedBackends smtp = new ScriptedBackends();
  private final AtomicInteger ids = new AtomicInteger();

  /** In memory; fails when told to. */
  private static final class OneMark implements DelayNotices.Mark {

    private @Nullable String cursor;
    private boolean broken;
    private int written;

    @Override
    public @Nullable String read() {
      return cursor;
    }

    @Override
    public void write(String place) throws IOException {
      if (broken) {
        throw new IOException("scripted");
      }
      cursor = place;
      written++;
    }
  }

  private final OneMark mark = new OneMark();

  private EmbeddedHoldQueue open() throws IOException {
    gate.gone.put("ann@far", new Location.ForeignDomain("far"));
    return EmbeddedHoldQueue.open(
        StoreSettings.in(folder).bounds(1L << 30, 0),
        DispatchLimits.defaults(),
        new RealDisk(),
        clock);
  }

  private DelayNotices notices(EmbeddedHoldQueue queue) {
    Smarthost smarthost = new Smarthost(ScriptedGate.member("x@smart"), smtp, Optional::empty);
    SenderNotices notices =
        new SenderNotices(
            gate,
            queue,
            smarthost,
            new Reporter("gw1.test", "postmaster@gw1.test"),
            () -> "DSN" + ids.incrementAndGet(),
            clock);
    return new DelayNotices(queue, notices, mark, AFTER, clock);
  }

  private void hold(EmbeddedHoldQueue queue, String id, String from, Map<String, String> wishes)
      throws Exception {
    queue.store(
        new Envelope(id, from, clock.instant(), "mx [192.0.2.1]", Map.of()),
        Returned.letter("Subject: x\r\n\r\n"),
        List.of(
            new Held(
                new Recipient("bob@p1", "bob@p1", "bob@p1", wishes),
                "p1",
                Held.Entry.WAITING,
                "",
                null)));
  }

  private static long told(EmbeddedHoldQueue queue) {
    return queue.list(QueueFilter.any(), null, 1000).stream()
        .filter(item -> item.delivery().envelope().id().startsWith("DSN"))
        .count();
  }

  @Test
  void sender_isToldOnceAfterTheTimeAndNotBefore() throws Exception {
    try (EmbeddedHoldQueue queue = open()) {
      DelayNotices notices = notices(queue);
      hold(queue, "A", "ann@far", Map.of());
      now.set(START.plusSeconds(1));
      hold(queue, "B", "ann@far", Map.of());
      now.set(START.plus(AFTER).minusNanos(1));
      notices.run();
      assertThat(told(queue)).isZero();
      now.set(START.plus(AFTER));
      notices.run();
      notices.run();
      assertThat(told(queue)).isEqualTo(1);
      now.set(START.plus(AFTER).plus(AFTER)); // notices are old now, and are not told of themselves
      notices.run();
      notices.run();
      assertThat(told(queue)).isEqualTo(2);
    }
  }

  @Test
  void markThatCannotBeWritten_tellsOnceMore() throws Exception {
    try (EmbeddedHoldQueue queue = open()) {
      DelayNotices notices = notices(queue);
      hold(queue, "A", "ann@far", Map.of());
      hold(queue, "B", "ann@far", Map.of());
      now.set(START.plus(AFTER));
      mark.broken = true;
      notices.run();
      assertThat(told(queue)).isEqualTo(1);
      mark.broken = false;
      notices.run();
      assertThat(told(queue)).isEqualTo(3);
    }
  }

  @Test
  void manyWhoWantNoNotice_costOneMarkForEachPage() throws Exception {
    try (EmbeddedHoldQueue queue = open()) {
      DelayNotices notices = notices(queue);
      for (int i = 0; i < 150; i++) {
        hold(queue, "N" + i, i % 2 == 0 ? "" : "ann@far", Map.of("NOTIFY", "NEVER"));
      }
      now.set(START.plus(AFTER));
      notices.run();
      notices.run();
      assertThat(told(queue)).isZero();
      assertThat(mark.written).isEqualTo(2);
    }
  }

  @Test
  void mapThatIsDown_isAskedAgain() throws Exception {
    try (EmbeddedHoldQueue queue = open()) {
      DelayNotices notices = notices(queue);
      hold(queue, "A", "ann@far", Map.of());
      now.set(START.plus(AFTER));
      gate.down = true;
      notices.run();
      assertThat(told(queue)).isZero();
      gate.down = false;
      notices.run();
      assertThat(told(queue)).isEqualTo(1);
    }
  }
}
