package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttemptLimitTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may wrap around
  private final AttemptLimit limit = new AttemptLimit(nanos::get);

  private int taken(String frontend) {
    int taken = 0;
    while (limit.mayTry(frontend)) {
      taken++;
    }
    return taken;
  }

  @Test
  void frontEnd_mayMakeABurst_andThenSoManyASecond() {
    assertThat(taken("imap")).isEqualTo(AttemptLimit.BURST);
    long _ = nanos.addAndGet(1_000_000_000L);
    assertThat(taken("imap")).isEqualTo(AttemptLimit.PER_SECOND);
    long _ = nanos.addAndGet(3_600_000_000_000L);
    assertThat(taken("imap")).isEqualTo(AttemptLimit.BURST);
  }

  @Test
  void frontEnd_beyondItsLimit_keepsNobodyElseOut() {
    assertThat(taken("imap")).isEqualTo(AttemptLimit.BURST);
    assertThat(limit.mayTry("web")).isTrue();
  }

  @Test
  void places_areSoMany_andComeBack() {
    List<AttemptLimit.Place> places = new ArrayList<>();
    for (int i = 0; i < AttemptLimit.MOST_AT_ONCE; i++) {
      places.add(limit.place().orElseThrow());
    }
    assertThat(limit.place()).isEmpty();
    places.getFirst().close();
    assertThat(limit.place()).isPresent();
  }
}
