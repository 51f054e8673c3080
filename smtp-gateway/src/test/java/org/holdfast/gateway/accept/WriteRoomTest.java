package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WriteRoomTest {

  private final WriteRoom room = new WriteRoom(100);
  private final AtomicInteger woken = new AtomicInteger();

  @Test
  void full_isBeyondTheBound() {
    room.take(100);
    assertThat(room.full()).isFalse();
    room.take(1);
    assertThat(room.full()).isTrue();
  }

  @Test
  void whoWaits_isWokenOnce_whenTheDiskHasCaughtUp() {
    room.take(150);
    room.whenRoom(woken::incrementAndGet);
    room.giveBack(49);
    assertThat(woken).hasValue(0);
    room.giveBack(1);
    room.giveBack(100);
    assertThat(woken).hasValue(1);
    assertThat(room.used()).isZero();
  }

  @Test
  void whoAsksTooLate_isWokenAtOnce() {
    room.whenRoom(woken::incrementAndGet);
    assertThat(woken).hasValue(1);
  }

  @Test
  void all_areWoken() {
    room.take(101);
    for (int i = 0; i < 50; i++) {
      room.whenRoom(woken::incrementAndGet);
    }
    room.giveBack(101);
    assertThat(woken).hasValue(50);
  }
}
