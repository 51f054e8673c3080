package org.holdfast.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {

  private static final List<Integer> THREE = List.of(1, 2, 3);

  @Test
  void tally_everythingThereInOrder_isPerfect() {
    assertThat(Tally.of(THREE, THREE).perfect()).isTrue();
  }

  @Test
  void tally_oneMissing_isLost() {
    Tally tally = Tally.of(THREE, List.of(1, 3));
    assertThat(tally.lost()).isEqualTo(1);
    assertThat(tally.perfect()).isFalse();
  }

  @Test
  void tally_oneTwice_isDuplicateAndNotOutOfOrder() {
    Tally tally = Tally.of(THREE, List.of(1, 2, 3, 1));
    assertThat(tally.duplicates()).isEqualTo(1);
    assertThat(tally.outOfOrder()).isZero();
    assertThat(tally.perfect()).isFalse();
  }

  @Test
  void tally_oneOvertaken_isOutOfOrder() {
    Tally tally = Tally.of(THREE, List.of(1, 3, 2));
    assertThat(tally.outOfOrder()).isEqualTo(1);
    assertThat(tally.perfect()).isFalse();
  }

  @Test
  void tally_oneNeverAccepted_isStranger() {
    Tally tally = Tally.of(THREE, List.of(1, 2, 3, 4));
    assertThat(tally.strangers()).isEqualTo(1);
    assertThat(tally.perfect()).isFalse();
  }

  @Test
  void sum_oneUserLostMail_isNotPerfect() {
    Tally sum = Tally.sum(List.of(Tally.of(THREE, THREE), Tally.of(THREE, List.of(1, 2))));
    assertThat(sum.accepted()).isEqualTo(6);
    assertThat(sum.lost()).isEqualTo(1);
    assertThat(sum.perfect()).isFalse();
  }
}
