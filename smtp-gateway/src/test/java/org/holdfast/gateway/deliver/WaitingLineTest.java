package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.deliver.Transaction.Origin;
import org.junit.jupiter.api.Test;

class WaitingLineTest {

  private final WaitingLine line = new WaitingLine();

  private PendingTransaction add(Origin origin, long deadline) {
    PendingTransaction transaction =
        new PendingTransaction(
            Letter.envelope(), Letter.to("a@b.c"), Letter.of("x"), origin, deadline);
    line.add(transaction);
    return transaction;
  }

  private List<Origin> turns(int count) {
    List<Origin> turns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      turns.add(line.next().origin);
    }
    return turns;
  }

  @Test
  void bothWait_liveGoesFirst_theQueueGetsEveryFourthTurn() {
    for (int i = 0; i < 10; i++) {
      add(Origin.QUEUE, 1);
      add(Origin.DOOR, 1);
    }
    assertThat(turns(8))
        .containsExactly(
            Origin.DOOR,
            Origin.DOOR,
            Origin.DOOR,
            Origin.QUEUE,
            Origin.DOOR,
            Origin.DOOR,
            Origin.DOOR,
            Origin.QUEUE);
    assertThat(line.size()).isEqualTo(12);
  }

  @Test
  void oneKindWaits_goesAtOnceInOrder() {
    PendingTransaction first = add(Origin.QUEUE, 1);
    PendingTransaction second = add(Origin.QUEUE, 1);
    assertThat(line.next()).isSameAs(first);
    assertThat(line.next()).isSameAs(second);
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void deadlines_ofBothKindsAreKept() {
    assertThat(line.firstDeadline()).isEqualTo(Watch.NEVER);
    PendingTransaction late = add(Origin.QUEUE, 5);
    PendingTransaction live = add(Origin.DOOR, 7);
    assertThat(line.firstDeadline()).isEqualTo(5);
    assertThat(line.overdue(4)).isEmpty();
    assertThat(line.overdue(5)).containsExactly(late);
    assertThat(line.removeAll()).containsExactly(live);
    assertThat(line.isEmpty()).isTrue();
  }
}
