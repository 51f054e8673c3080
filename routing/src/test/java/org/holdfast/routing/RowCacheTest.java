package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.holdfast.routing.LocationMap.Row;
import org.junit.jupiter.api.Test;

class RowCacheTest {

  private static final String ALICE = "alice@example.com";

  private final RowCache cache = new RowCache(100);

  private static Row row(UserState state) {
    return new Row(
        new User(ALICE, "pair", state, new Standing("", Instant.EPOCH, "", 1)), null, false);
  }

  /** A load has read the old state; the change commits and refreshes; only then the load ends. */
  private void changeDuringLoad(Consumer<RowCache> change) throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread loader =
        Thread.ofPlatform()
            .start(() -> {
              Row _ =
                  cache.get(
                      ALICE,
                      _ -> {
                        read.countDown();
                        awaited(goOn);
                        return row(UserState.ACTIVE);
                      });
            });
    awaited(read);
    Thread changer = Thread.ofPlatform().start(() -> change.accept(cache));
    while (changer.getState() != Thread.State.BLOCKED && changer.isAlive()) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    loader.join();
    changer.join();
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void replace_duringALoadOfTheOldState_wins() throws Exception {
    changeDuringLoad(c -> c.replace(ALICE, row(UserState.MOVING)));
    assertThat(cache.get(ALICE, _ -> row(UserState.MOVING))).isEqualTo(row(UserState.MOVING));
  }

  @Test
  void forget_duringALoadOfTheOldState_wins() throws Exception {
    changeDuringLoad(c -> c.forget(ALICE));
    assertThat(cache.get(ALICE, _ -> row(UserState.MOVING))).isEqualTo(row(UserState.MOVING));
  }

  @Test
  void replace_whatIsNotHere_storesNothing() {
    cache.replace(ALICE, row(UserState.ACTIVE));
    assertThat(cache.get(ALICE, _ -> row(UserState.MOVING))).isEqualTo(row(UserState.MOVING));
  }
}
