package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Does the dispatcher's thread give a sign of life? */
@Timeout(30)
class SilentLoopTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  /** Asking the way of a lane hangs, as a map that never answers would have it. */
  private final class Hanging implements NextHops {
    @Override
    public Way way(String lane) {
      asked.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new Way.Shut("pair", "held");
    }

    @Override
    public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {}
  }

  private DispatchLoop loop() {
    MemoryBacklog backlog = new MemoryBacklog();
    backlog.accept("user@example.com", "pair");
    return new DispatchLoop(
        backlog,
        new Hanging(),
        DispatchLimits.defaults(),
        InstantSource.system(),
        new SplittableRandom(1));
  }

  @Test
  void loop_notBegun_isNotSilent() throws Exception {
    assertThat(loop().silent(SHORT)).isEmpty();
  }

  @Test
  void loop_hangs_isSilentUntilItGoesOn() throws Exception {
    try (DispatchLoop loop = loop()) {
      loop.start();
      asked.await();
      assertThat(loop.silent(SHORT)).contains("the dispatcher does not answer");

      goOn.countDown();
      assertThat(loop.silent(LONG)).isEmpty();
    }
  }

  @Test
  void loop_beingStopped_isNotSilent() throws Exception {
    goOn.countDown();
    DispatchLoop loop = loop();
    loop.start();
    loop.opened(new Lanes.All());
    loop.stop(LONG);
    assertThat(loop.silent(SHORT)).isEmpty();
  }
}
