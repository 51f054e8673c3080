package org.holdfast.gateway.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.routing.Flip;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/** A flip as the API tells it. */
final class FlipView {

  /** At most this many open deliveries are listed; {@code quiesced} is what counts. */
  static final int MAX_OPEN_SHOWN = 100;

  private FlipView() {}

  /** An attempt still open to the old place. */
  record Open(String mailbox, String pair, String member, String what, Instant since) {

    static Open of(Flip.OpenDelivery open) {
      return new Open(open.mailbox(), open.pair(), open.member(), open.what(), open.since());
    }
  }

  /**
   * {@code {address, state, pair, epoch, quiesced, changed, held, open}}; {@code held} is null
   * while the queue is still finding out.
   */
  static Map<String, Object> ofUser(User user, Flip flip, @Nullable Long held) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("address", user.address());
    view.put("state", user.state().word());
    view.put("pair", user.pair());
    return finish(view, flip, held);
  }

  /** {@code {KIND: name, state, epoch, quiesced, changed, held, open}}. */
  static Map<String, Object> ofTarget(
      String kind, String name, boolean onHold, Flip flip, @Nullable Long held) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put(kind, name);
    view.put("state", Words.holdWord(onHold));
    return finish(view, flip, held);
  }

  private static Map<String, Object> finish(
      Map<String, Object> view, Flip flip, @Nullable Long held) {
    view.put("epoch", flip.epoch());
    view.put("quiesced", flip.quiesced());
    view.put("changed", flip.changed());
    view.put("held", held);
    view.put("open", open(flip.open()));
    return view;
  }

  static List<Open> open(List<Flip.OpenDelivery> open) {
    return open.stream().limit(MAX_OPEN_SHOWN).map(Open::of).toList();
  }
}
