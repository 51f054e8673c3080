package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.holdqueue.Eventually.PATIENCE;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.holdfast.holdqueue.Outcome.Scope;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.Backlog.Ended;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Index;
import org.holdfast.holdqueue.index.Listener;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.index.Questions;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probing a next hop that is down for days must not fill the log. */
class RepeatsTest {

  private static final String DOWN = "connection refused";

  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private long revision;
  private final InstantSource clock = () -> now;
  private final Repeats repeats = new Repeats(clock, () -> revision);

  private static Ended deferred(long sequence, int attempts, Scope scope, String words) {
    Delivery delivery =
        new Delivery(
            sequence,
            0,
            Mail.envelope("m" + sequence),
            Mail.recipient("u" + sequence + "@example.com"),
            10,
            attempts);
    return new Ended(delivery, new Outcome.Deferred(scope, words), null);
  }

  private boolean writes(Ended ended) {
    boolean written = !repeats.takes(ended);
    if (written) {
      repeats.wrote(ended);
    }
    return written;
  }

  @Test
  void deliverysOwnTrouble_isAlwaysWritten() {
    assertThat(writes(deferred(8, 0, Scope.LANE, "mailbox full"))).isTrue();
    assertThat(writes(deferred(8, 1, Scope.LANE, "mailbox full"))).isTrue();
  }

  @Test
  void nextHopDown_firstFailureOfEachIsWritten_furtherOnesOnceForAll() {
    assertThat(writes(deferred(8, 0, Scope.NEXT_HOP, DOWN))).isTrue();
    assertThat(writes(deferred(16, 0, Scope.NEXT_HOP, DOWN))).isTrue();
    assertThat(writes(deferred(24, 1, Scope.NEXT_HOP, DOWN))).isFalse();
    now = now.plus(Repeats.SAME);
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isTrue();
    assertThat(writes(deferred(16, 1, Scope.NEXT_HOP, DOWN))).isFalse();
  }

  @Test
  void otherWordsOrTheClockSetBack_isWritten() {
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isTrue();
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, "no route"))).isTrue();
    now = now.minusSeconds(3600);
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isTrue();
  }

  @Test
  void aPersonActed_isWritten() {
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isTrue();
    revision++;
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isTrue();
  }

  @Test
  void notWritten_isCountedUntilItsDeliverysNextRecord() {
    assertThat(writes(deferred(8, 0, Scope.NEXT_HOP, DOWN))).isTrue();
    Ended second = deferred(8, 1, Scope.NEXT_HOP, DOWN);
    assertThat(writes(second)).isFalse();
    assertThat(writes(second)).as("comes again after a failure").isFalse();
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, DOWN))).isFalse();
    long key = IndexBacklog.key(second.delivery());
    assertThat(repeats.of(key).map(Repeats.Unwritten::count)).contains(2);
    assertThat(writes(deferred(8, 1, Scope.NEXT_HOP, "no route"))).isTrue();
    assertThat(repeats.of(key)).isEmpty();
  }

  @Test
  void moreThanIsKept_isHandedOver_longestUntouchedFirst() {
    assertThat(writes(deferred(8, 0, Scope.NEXT_HOP, DOWN))).isTrue();
    for (int i = 0; i <= Repeats.REMEMBERED; i++) {
      assertThat(writes(deferred(8 + i, 1, Scope.NEXT_HOP, DOWN))).isFalse();
    }
    assertThat(repeats.drain(Repeats.REMEMBERED))
        .singleElement()
        .satisfies(u -> assertThat(u.last().delivery().sequence()).isEqualTo(8));
    assertThat(repeats.drain(0)).hasSize(Repeats.REMEMBERED);
  }

  /** An hour, a probe every three seconds, each with the next of five lanes' mail. */
  @Test
  void probing_anHour_writesOnceAMinute(@TempDir Path directory) throws IOException {
    try (SegmentLog log =
            SegmentLog.open(
                new RealDisk(),
                directory.resolve("log"),
                directory.resolve("quarantine"),
                LogSettings.usual(),
                new Random(1));
        Index index = Index.open(log, directory.resolve("index"), (_, _) -> {}, new Nobody())) {
      Questions questions = new Questions(index);
      SpareLog spare =
          new SpareLog(new RealDisk(), directory.resolve("ends"), directory.resolve("bad"), 0);
      IndexBacklog backlog =
          new IndexBacklog(log, new Fates(log, spare), index, questions, clock, PATIENCE, repeats);
      for (int lane = 0; lane < 5; lane++) {
        store(log, "lane" + lane);
      }
      for (int probe = 0; probe < 1200; probe++) {
        if (probe < 10) { // until each has failed once and the index knows it
          assertThat(index.await(log.sync(), PATIENCE)).isTrue();
        }
        Delivery head = backlog.head("lane" + probe % 5, 1).getFirst();
        Outcome down = new Outcome.Deferred(Scope.NEXT_HOP, DOWN);
        backlog.record(List.of(new Ended(head, down, now.plusSeconds(3))));
        now = now.plusSeconds(3);
      }
      assertThat(index.await(log.sync(), PATIENCE)).isTrue();
      assertThat(deferrals(log)).isBetween(60L, 60L + 5);
      for (int lane = 0; lane < 5; lane++) {
        assertThat(backlog.head("lane" + lane, 1).getFirst().attempts()).isPositive();
      }
      Delivery head = backlog.head("lane0", 1).getFirst();
      backlog.record(List.of(new Ended(head, new Outcome.Delivered("250 ok"), null)));
      assertThat(backlog.head("lane0", 1)).isEmpty();
    }
  }

  private static void store(SegmentLog log, String lane) throws IOException {
    Content content = Mail.content("mail");
    MessageRecord.Part part =
        new MessageRecord.Part(0, 0, Mail.recipient(lane), "imap5-6", Held.Entry.WAITING, "", 0);
    MessageRecord message =
        new MessageRecord(0, Mail.envelope(lane), List.of(part), content.size());
    log.append(List.of(message.entry(content)));
  }

  private static long deferrals(SegmentLog log) throws IOException {
    List<FateRecord> found = new ArrayList<>();
    log.replay(
        0,
        Long.MAX_VALUE,
        true,
        record -> {
          if (record.type() != MessageRecord.TYPE) {
            found.add(FateRecord.read(record));
          }
        });
    return found.stream().filter(f -> f.kind() == FateRecord.Kind.DEFERRED).count();
  }

  private static final class Nobody implements Listener {
    @Override
    public void arriving(Delivery delivery) {}

    @Override
    public void arrived(Delivery delivery, MessageRecord.Part part) {}

    @Override
    public void reappeared(String lane) {}

    @Override
    public void useless(long segment) {}
  }
}
