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
   * {@code {address, state, pair, to, priority, epoch, quiesced, changed, held, open, openCount}};
   * {@code held} is null while the queue is still finding out, {@code to} while nobody said where
   * it is moved.
   */
  static Map<String, Object> ofUser(User user, Flip flip, @Nullable Long held) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("address", user.address());
    view.put("state", user.state().word());
    view.put("pair", user.pair());
    view.put("to", user.movingTo());
    view.put("priority", user.priority());
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

  /** {@code {KIND: name, removed, epoch, quiesced, open, openCount}}. */
  static Map<String, Object> removed(String kind, String name, Flip flip) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put(kind, name);
    view.put("removed", true);
    view.put("epoch", flip.epoch());
    view.put("quiesced", flip.quiesced());
    putOpen(view, flip);
    return view;
  }

  private static void putOpen(Map<String, Object> view, Flip flip) {
    view.put("open", open(flip.open()));
    view.put("openCount", flip.open().size());
  }

  private static Map<String, Object> finish(
      Map<String, Object> view, Flip flip, @Nullable Long held) {
    view.put("epoch", flip.epoch());
    view.put("quiesced", flip.quiesced());
    view.put("changed", flip.changed());
    view.put("held", held);
    putOpen(view, flip);
    return view;
  }

  static List<Open> open(List<Flip.OpenDelivery> open) {
    return open.stream().limit(MAX_OPEN_SHOWN).map(Open::of).toList();
  }
}
