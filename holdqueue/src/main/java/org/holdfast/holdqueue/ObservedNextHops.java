package org.holdfast.holdqueue;

import java.util.function.Consumer;
import org.holdfast.holdqueue.index.Index;

/** Passes questions on and lets the index see the answers, for lists and totals. */
record ObservedNextHops(NextHops asked, Index index) implements NextHops {

  @Override
  public Way way(String lane) {
    Way way = asked.way(lane);
    switch (way) {
      case Way.Open open -> index.status(lane, false, open.nextHop());
      case Way.Shut shut ->
          index.status(lane, true, shut.nextHop().isEmpty() ? null : shut.nextHop());
      case Way.Unknown unknown -> {}
    }
    return way;
  }

  @Override
  public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
    asked.attempt(delivery, content, done);
  }
}
