package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.time.Instant;
import org.holdfast.gateway.metrics.Traffic;
import org.holdfast.holdqueue.DeliveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {

  private static final long USED = 4096; // by FakeQueue

  private Instant now = Instant.parse("2026-11-22T03:00:00Z");
  private final FakeQueue queue = new FakeQueue();
  private final MetricRegistry counted = new MetricRegistry();
  private final History history = new History(queue, counted, () -> now);

  @AfterEach
  void close() {
    history.close();
  }

  private void look(Duration later) {
    now = now.plus(later);
    history.look();
  }

  @Test
  void flow_beforeTheFirstSample_isNotKnown() {
    assertThat(history.flow().accepted()).isNull();
    history.look();
    assertThat(history.flow().accepted()).isNull();
  }

  @Test
  void flow_isWhatWasCountedSinceTheYoungestSampleThatIsOldEnough() {
    history.look();
    counted.counter(Traffic.ACCEPTED).inc(1000);
    look(History.EVERY);
    counted.counter(Traffic.ACCEPTED).inc(40);
    counted.counter(Traffic.DELIVERED).inc(10);
    now = now.plus(History.RATE_OVER);
    assertThat(history.flow().accepted()).isEqualTo(2.0);
    assertThat(history.flow().delivered()).isEqualTo(0.5);
  }

  @Test
  void samples_areKeptFineForHoursAndCoarseForADay() {
    long looks = Duration.ofHours(25).dividedBy(History.EVERY);
    for (long i = 0; i <= looks; i++) {
      look(History.EVERY);
    }
    long fine = History.FINE_KEPT.dividedBy(History.EVERY);
    long coarse = History.COARSE_KEPT.dividedBy(History.COARSE_EVERY);
    assertThat(history.since(now.minus(History.FINE_KEPT))).hasSize((int) fine + 1);
    assertThat(history.since(now.minus(Duration.ofHours(24))))
        .hasSizeBetween((int) coarse, (int) coarse + 1);
    assertThat(history.since(now.minus(Duration.ofHours(1)))).hasSize(361);
  }

  @Test
  void sample_thatFails_isLeftOutAndTheNextOneTaken() {
    queue.broken = true;
    history.look();
    queue.broken = false;
    queue.add("Q1", "a@b.example", "bob@example.com", "p", DeliveryState.PARKED);
    look(History.EVERY);
    assertThat(history.since(Instant.EPOCH))
        .singleElement()
        .satisfies(s -> assertThat(s.parked()).isEqualTo(1));
  }

  @Test
  void disk_isJudgedByHowFastItFills() {
    history.look();
    now = now.plus(History.GROWTH_LEAST).minusMillis(1);
    assertThat(history.disk().growth()).isNull();
    now = now.plusMillis(1);
    assertThat(history.disk().growth()).isZero();
    assertThat(history.disk().hoursLeft()).isNull();
    queue.used = USED + 10_000;
    now = now.plusSeconds(3600).minus(History.GROWTH_LEAST);
    History.Disk disk = history.disk();
    assertThat(disk.room()).isEqualTo((1 << 20) - USED - 10_000);
    assertThat(disk.growth()).isEqualTo(10_000);
    assertThat(disk.hoursLeft()).isEqualTo(103.4);
  }

  @Test
  void totals_areAskedForOnceInTwoSeconds() {
    history.totals();
    queue.add("Q1", "a@b.example", "bob@example.com", "p", DeliveryState.PARKED);
    now = now.plus(LatestTotals.FRESH).minusMillis(1);
    assertThat(history.totals().messages()).isZero();
    now = now.plusMillis(1);
    assertThat(history.totals().messages()).isEqualTo(1);
  }
}
