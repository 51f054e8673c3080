package org.holdfast.gateway.accept;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SpoolRoomTest {

  private static final long MIB = 1 << 20;
  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");

  private final ManualTime time = new ManualTime();
  private final AtomicLong free = new AtomicLong(1L << 40);

  @Test
  void declaredSize_isSetAsideUpToTheBound_andGivenBackOnce() {
    SpoolRoom room = room(16 * MIB, 100, 0);
    SpoolRoom.Share first = requireNonNull(room.open(ONE, 7 * MIB));
    SpoolRoom.Share second = requireNonNull(room.open(TWO, 7 * MIB));
    assertThat(room.open(TWO, MIB)).isNull();
    assertThat(room.refusal(TWO, MIB)).isEqualTo(Limit.SPOOL);
    first.close();
    first.close();
    assertThat(room.used()).isEqualTo(7 * MIB);
    assertThat(room.open(ONE, 7 * MIB)).isNotNull();
    second.shrink(MIB);
    assertThat(room.used()).isEqualTo(8 * MIB);
  }

  @Test
  void lastEighth_isForSmallMessages() {
    SpoolRoom room = room(16 * MIB, 8, 0);
    assertThat(room.open(ONE, 7 * MIB)).isNotNull();
    assertThat(room.open(TWO, 7 * MIB)).isNotNull();
    assertThat(room.open(InetAddress.ofLiteral("192.0.2.3"), SpoolRoom.SMALL + 1)).isNull();
    assertThat(room.open(InetAddress.ofLiteral("192.0.2.3"), SpoolRoom.SMALL)).isNotNull();
  }

  @Test
  void lastEighthOfTheFiles_isForSmallMessages() {
    SpoolRoom room = room(1L << 40, 8, 0);
    for (int i = 0; i < 7; i++) {
      assertThat(room.open(ONE, MIB)).isNotNull();
    }
    assertThat(room.refusal(ONE, MIB)).isEqualTo(Limit.SPOOL);
    assertThat(room.open(ONE, 1000)).isNotNull();
    assertThat(room.open(ONE, 1000)).isNull();
    assertThat(room.files()).isEqualTo(8);
  }

  @Test
  void client_hasHalfAtMost() {
    SpoolRoom room = room(16 * MIB, 100, 0);
    assertThat(room.open(ONE, 8 * MIB)).isNotNull();
    assertThat(room.refusal(ONE, 1)).isEqualTo(Limit.CLIENT_SPOOL);
    assertThat(room.open(TWO, 6 * MIB)).isNotNull();
  }

  @Test
  void whatWasNotDeclared_growsInSteps_untilThereIsNoMore() {
    SpoolRoom room = room(16 * MIB, 100, 0);
    SpoolRoom.Share share = requireNonNull(room.open(ONE, 1000));
    assertThat(share.grow(1001)).isNull();
    assertThat(room.used()).isEqualTo(1000 + SpoolRoom.STEP);
    assertThat(share.grow(7 * MIB)).isNull();
    assertThat(share.grow(9 * MIB)).isEqualTo(Limit.CLIENT_SPOOL);
    share.close();
    assertThat(room.used()).isZero();
    assertThat(room.files()).isZero();
  }

  @Test
  void disk_keepsMinFree_andHalfOfTheRestForTheQueue_howeverMuchIsWritten() {
    free.set(20 * MIB);
    SpoolRoom room = room(1L << 40, 100, 4 * MIB); // ceiling: 8 MiB, of them 7 for large ones
    SpoolRoom.Share share = requireNonNull(room.open(ONE, 7 * MIB));
    assertThat(room.refusal(TWO, MIB)).isEqualTo(Limit.SPOOL);
    share.wrote(7 * MIB);
    free.addAndGet(-7 * MIB);
    time.pass(Duration.ofSeconds(1));
    assertThat(room.refusal(TWO, MIB / 8)).isNull();
    assertThat(room.refusal(TWO, MIB)).isEqualTo(Limit.SPOOL);
    share.close();
    free.addAndGet(7 * MIB);
    assertThat(room.refusal(TWO, 7 * MIB)).isNull();
  }

  @Test
  void diskFillsUp_isSeenWithinAMoment() {
    SpoolRoom room = room(16 * MIB, 100, 4 * MIB);
    assertThat(room.refusal(ONE, MIB)).isNull();
    free.set(3 * MIB);
    time.pass(Duration.ofMillis(250));
    assertThat(room.refusal(ONE, 1)).isEqualTo(Limit.SPOOL);
  }

  @Test
  void whateverHappens_theSumIsThatOfTheOpenOnes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    SpoolRoom room = room(100 * MIB, 20, 0);
    List<SpoolRoom.Share> open = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      InetAddress client = random.nextBoolean() ? ONE : TWO;
      SpoolRoom.Share share = room.open(client, random.nextLong(20 * MIB));
      if (share != null) {
        open.add(share);
        var _ = share.grow(random.nextLong(20 * MIB));
      }
      if (!open.isEmpty() && random.nextInt(3) == 0) {
        SpoolRoom.Share gone = open.remove(random.nextInt(open.size()));
        gone.shrink(random.nextLong(20 * MIB));
        gone.close();
      }
      assertThat(room.used()).as("seed %d", seed).isBetween(0L, 100 * MIB);
      assertThat(room.files()).as("seed %d", seed).isEqualTo(open.size()).isLessThanOrEqualTo(20);
    }
    open.forEach(SpoolRoom.Share::close);
    assertThat(room.used()).as("seed %d", seed).isZero();
    assertThat(room.open(ONE, 50 * MIB)).isNotNull();
  }

  private SpoolRoom room(long octets, int files, long minFree) {
    return new SpoolRoom(new SpoolRoom.Bounds(octets, files, minFree), free::get, time);
  }
}
