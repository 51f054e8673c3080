package org.holdfast.gateway.wiring;

import java.util.function.Consumer;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.routing.Routing.Change;
import org.holdfast.routing.Target;

/**
 * Tells the queue what a flip means for its lanes. Called after the flip is durable and visible, in
 * the order of epochs.
 *
 * <p>Of a user that is new only what waits matters, and that is known in memory: a load brings
 * millions for whom nothing does. A message that comes meanwhile counts as waiting before its lane
 * asks the gate, so either it is seen here or its lane sees the new user.
 */
public final class QueueFollowsMap implements Consumer<Change> {

  private final HoldQueue queue;

  public QueueFollowsMap(HoldQueue queue) {
    this.queue = queue;
  }

  @Override
  public void accept(Change change) {
    Lanes lanes = lanes(change.target());
    if (change.created() && lanes instanceof Lanes.One(String lane) && !queue.hasBacklog(lane)) {
      return;
    }
    if (lanes instanceof Lanes.One(String lane) && !change.pair().isEmpty()) {
      queue.relocated(lane, change.pair());
    }
    if (change.open()) {
      queue.opened(lanes);
    } else {
      queue.shut(lanes);
    }
  }

  /** A catch-all entry ({@code @domain}) answers for mailboxes that only the lanes know by name. */
  private static Lanes lanes(Target target) {
    return switch (target) {
      case Target.OfUser(String address) when address.startsWith("@") ->
          new Lanes.Domain(address.substring(1));
      case Target.OfUser(String address) -> new Lanes.One(address);
      case Target.OfPair(String pair) -> new Lanes.NextHop(pair);
      case Target.OfDomain(String domain) -> new Lanes.Domain(domain);
      case Target.Everything _ -> new Lanes.All();
    };
  }
}
