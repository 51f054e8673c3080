package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a client is waited for, on the channel's own clock. */
class PatienceTest {

  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int MIN_DATA = 100;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Limit> over = new ArrayList<>();
  private boolean crowded;
  private Patience patience = patience(MIN_DATA);

  @BeforeEach
  void stopTheClock() {
    channel.freezeTime();
    patience.start();
  }

  @Test
  void command_isDueAtTheTimeout_notASecondBefore() {
    seconds(299);
    assertThat(over).isEmpty();
    seconds(1);
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
    seconds(1000);
    assertThat(over).hasSize(1);
  }

  @Test
  void octetsOfACommand_gainNoTime() {
    for (int i = 0; i < 29; i++) {
      seconds(10);
      patience.came(1);
    }
    assertThat(over).isEmpty();
    seconds(10);
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
  }

  @Test
  void wholeCommand_startsAgain() {
    for (int i = 0; i < 10; i++) {
      seconds(200);
      patience.forCommand(true);
    }
    assertThat(over).isEmpty();
  }

  @Test
  void data_silent_isDueAtTheTimeout() {
    patience.forData();
    patience.came(1_000_000);
    seconds(299);
    assertThat(over).isEmpty();
    seconds(1);
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
  }

  @Test
  void data_atTheLeastRate_mayTakeForEver() {
    patience.forData();
    for (int i = 0; i < 10_000; i++) {
      seconds(10);
      patience.came(10 * MIN_DATA);
    }
    assertThat(over).isEmpty();
  }

  @Test
  void data_belowTheLeastRate_ends() {
    patience.forData();
    int passed = 0;
    while (over.isEmpty() && passed < 10_000) {
      seconds(10);
      passed += 10;
      patience.came(5 * MIN_DATA); // half of it
    }
    assertThat(over).containsExactly(Limit.DATA_TIME);
    assertThat(passed).isBetween(590, 600); // a timeout, and as long again for what came
  }

  @Test
  void data_withoutALeastRate_needsSomeOctetOnly() {
    patience.end();
    patience = patience(0);
    patience.start();
    patience.forData();
    for (int i = 0; i < 1000; i++) {
      seconds(299);
      patience.came(1);
    }
    assertThat(over).isEmpty();
    seconds(300);
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
  }

  @Test
  void whileWeAreWaitedFor_theClockStands() {
    patience.forData();
    seconds(200);
    patience.interrupt();
    seconds(5000);
    patience.interrupt();
    seconds(5000);
    assertThat(over).isEmpty();
    patience.goOn();
    seconds(99);
    assertThat(over).isEmpty();
    seconds(1);
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
  }

  @Test
  void replies_notTaken_endTheConversationWhateverElseIsOn() {
    patience.interrupt();
    seconds(500);
    patience.forRepliesTaken();
    seconds(299);
    patience.forRepliesTaken();
    assertThat(over).isEmpty();
    seconds(1);
    assertThat(over).containsExactly(Limit.REPLY_TIME);
  }

  @Test
  void crowded_whoHasNoTransaction_hasTenSeconds() {
    crowded = true;
    patience.forCommand(false);
    seconds(100);
    assertThat(over).isEmpty();
    patience.forCommand(true);
    seconds(9);
    assertThat(over).isEmpty();
    seconds(11); // it is looked at every ten seconds
    assertThat(over).containsExactly(Limit.COMMAND_TIME);
  }

  @Test
  void ended_saysNothing_andLeavesNothingBehind() {
    patience.end();
    seconds(10_000);
    assertThat(over).isEmpty();
    assertThat(channel.hasPendingTasks()).isFalse();
  }

  private Patience patience(int minData) {
    return new Patience(channel.eventLoop(), TIMEOUT, minData, () -> crowded, over::add);
  }

  private void seconds(int passed) {
    channel.advanceTimeBy(passed, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }
}
