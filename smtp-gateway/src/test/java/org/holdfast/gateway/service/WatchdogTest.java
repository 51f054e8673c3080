package org.holdfast.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchdogTest {

  private final List<String> sent = new ArrayList<>();
  private final Notifier notifier = new Notifier(sent::add);
  private Optional<String> first = Optional.empty();
  private Optional<String> second = Optional.empty();

  private Watchdog watchdog() {
    return new Watchdog(List.of(_ -> first, _ -> second), Duration.ofMinutes(2), notifier);
  }

  private long pings() {
    return sent.stream().filter("WATCHDOG=1"::equals).count();
  }

  @Test
  void everyPartAnswers_eachLookPings() throws Exception {
    Watchdog watchdog = watchdog();
    watchdog.look();
    watchdog.look();
    assertThat(pings()).isEqualTo(2);
  }

  @Test
  void onePartIsSilent_noPing_saidOnce_andPingsAgainWhenItAnswers() throws Exception {
    Watchdog watchdog = watchdog();
    second = Optional.of("the dispatcher does not answer");
    watchdog.look();
    watchdog.look();
    assertThat(sent)
        .containsExactly("STATUS=UNWELL, about to be restarted: the dispatcher does not answer");

    second = Optional.empty();
    watchdog.look();
    assertThat(pings()).isEqualTo(1);
  }

  @Test
  void partThatCannotBeAsked_noPing() throws Exception {
    Vital broken =
        _ -> {
          throw new IllegalStateException("closed");
        };
    new Watchdog(List.of(broken), Duration.ofSeconds(4), notifier).look();
    assertThat(pings()).isZero();
  }

  @Test
  void parts_shareAQuarterOfTheTime() throws Exception {
    List<Duration> given = new ArrayList<>();
    Vital vital =
        patience -> {
          given.add(patience);
          return Optional.empty();
        };
    Watchdog watchdog = new Watchdog(List.of(vital, vital, vital), Duration.ofMinutes(2), notifier);
    watchdog.look();
    assertThat(watchdog.interval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(given).containsOnly(Duration.ofSeconds(10)).hasSize(3);
  }

  @Test
  void wanted_isWhatTheEnvironmentSaysOfThisProcess() {
    assertThat(Watchdog.wanted(Map.of(), 7)).isEmpty();
    assertThat(Watchdog.wanted(Map.of("WATCHDOG_USEC", "2000000"), 7))
        .contains(Duration.ofSeconds(2));
    assertThat(Watchdog.wanted(Map.of("WATCHDOG_USEC", "2000000", "WATCHDOG_PID", "7"), 7))
        .contains(Duration.ofSeconds(2));
    assertThat(Watchdog.wanted(Map.of("WATCHDOG_USEC", "2000000", "WATCHDOG_PID", "8"), 7))
        .isEmpty();
    assertThat(Watchdog.wanted(Map.of("WATCHDOG_USEC", "soon"), 7)).isEmpty();
    assertThat(Watchdog.wanted(Map.of("WATCHDOG_USEC", "0"), 7)).isEmpty();
  }
}
