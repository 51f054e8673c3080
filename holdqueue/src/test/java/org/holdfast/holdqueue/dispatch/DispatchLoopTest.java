package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DispatchLoopTest {

  private final MemoryBacklog backlog = new MemoryBacklog();

  /** A next hop that takes everything at once and counts down. */
  private static final class Instantly implements NextHops {
    final CountDownLatch left;

    Instantly(int expected) {
      this.left = new CountDownLatch(expected);
    }

    @Override
    public Way way(String lane) {
      return new Way.Open("pair", "member", 0);
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
      done.accept(new Outcome.Delivered("250 ok"));
      left.countDown();
    }
  }

  /** Who waits because of the old rate does not wait for its next turn under that. */
  @Test
  void rate_raised_wakesWhoWaitsForTheOldOne() throws InterruptedException {
    DispatchLimits limits = DispatchLimits.defaults();
    for (int i = 0; i < 5; i++) {
      backlog.accept("user" + i + "@example.com", "pair");
    }
    Instantly backend = new Instantly(5);
    try (DispatchLoop loop = loop(backend, rate(limits, 0.001))) {
      loop.start();
      while (backend.left.getCount() > 4) {
        Thread.onSpinWait();
      }
      loop.limits(rate(limits, 1_000));
      assertThat(backend.left.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static DispatchLimits rate(DispatchLimits limits, double rate) {
    return limits.with(limits.connections(), rate, limits.retryFirst(), limits.retryMax());
  }

  private DispatchLoop loop(NextHops nextHops) {
    return loop(nextHops, DispatchLimits.defaults());
  }

  private DispatchLoop loop(NextHops nextHops, DispatchLimits limits) {
    return new DispatchLoop(
        backlog, nextHops, limits, InstantSource.system(), new SplittableRandom(1));
  }

  @Test
  void start_backlogOfManyLanes_deliversAllAndRecordsThem() throws InterruptedException {
    int deliveries = 60_000;
    int lanes = 10_000;
    for (int i = 0; i < deliveries; i++) {
      backlog.accept("user" + i % lanes + "@example.com", "pair");
    }
    Instantly backend = new Instantly(deliveries);
    long began = System.nanoTime();
    try (DispatchLoop loop = loop(backend)) {
      loop.start();
      assertThat(backend.left.await(20, TimeUnit.SECONDS)).isTrue();
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf("%d deliveries, %.0f a second%n", deliveries, deliveries / seconds);
      loop.stop(Duration.ofSeconds(5));
    }
    assertThat(backlog.delivered()).isEqualTo(deliveries);
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void held_whileRunning_isDelivered() throws InterruptedException {
    Instantly backend = new Instantly(1);
    try (DispatchLoop loop = loop(backend)) {
      loop.start();
      backlog.accept("a@example.com", "pair");
      loop.held("a@example.com", "pair", Held.Entry.WAITING, 0);
      assertThat(backend.left.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void adopted_stillOpen_blocksItsLaneUntilItEnds() throws InterruptedException {
    Instantly backend = new Instantly(2);
    try (DispatchLoop loop = loop(backend)) {
      CompletableFuture<Outcome> running = new CompletableFuture<>();
      Delivery first = backlog.nextDelivery("a@example.com");
      loop.adopted(first, running);
      backlog.put(first, "pair");
      backlog.accept("a@example.com", "pair");
      backlog.accept("b@example.com", "pair");
      loop.start();
      while (backlog.delivered() < 1) {
        Thread.onSpinWait();
      }
      assertThat(backlog.head("a@example.com", 9)).hasSize(2);
      running.complete(new Outcome.Delivered("250 after all"));
      assertThat(backend.left.await(10, TimeUnit.SECONDS)).isTrue();
      loop.stop(Duration.ofSeconds(5));
    }
    assertThat(backlog.pending()).isEmpty();
  }

  @Test
  void stop_attemptNeverEnds_isRecordedAsUncertain() {
    CountDownLatch begun = new CountDownLatch(1);
    NextHops silent =
        new NextHops() {
          @Override
          public Way way(String lane) {
            return new Way.Open("pair", "member", 0);
          }

          @Override
          public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
            begun.countDown();
          }
        };
    backlog.accept("a@example.com", "pair");
    try (DispatchLoop loop = loop(silent)) {
      loop.start();
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      loop.opened(new Lanes.All());
      loop.stop(Duration.ofMillis(1));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(backlog.pending()).singleElement().extracting(Delivery::attempts).isEqualTo(1);
  }
}
