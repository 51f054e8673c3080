package org.holdfast.gateway.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.HoldPreview;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserPreview;
import org.holdfast.routing.Target;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.holdfast.routing.Who;
import org.jspecify.annotations.Nullable;

/**
 * What a flip would come to, told without making it: routing says how things would stand, the queue
 * what is held, and for each mailbox routing says whether its mail could go then. Changes nothing,
 * is not told in the events. Thread-safe.
 */
final class DryRun {

  private final Routing routing;
  private final HoldQueue queue;

  DryRun(Routing routing, HoldQueue queue) {
    this.routing = routing;
    this.queue = queue;
  }

  // ---- users

  /** Of a user's new state, pair or priority; what would be refused is refused as it would be. */
  Map<String, Object> ofUser(UserChange change, boolean create, Who who)
      throws MapUnavailableException, RefusedChangeException {
    UserPreview preview = routing.previewUsers(List.of(change), create, who).getFirst();
    Routing.Refusal refused = preview.refused();
    if (refused != null) {
      throw new RefusedChangeException(refused.kind(), refused.why(), preview.after());
    }
    User after = Objects.requireNonNull(preview.after());
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("address", after.address());
    view.put("dryRun", true);
    view.put("changed", preview.changes());
    view.put("before", standing(preview.before()));
    view.put("after", standing(after));
    view.put("effective", word(routing.lookAfter(after.address(), after, null)));
    String does = after.address() + words(preview.before(), after, preview.changes());
    return told(view, held(after), preview.open(), does, waits(preview.before(), after));
  }

  /** A flip that opens, or changes nothing, waits for nobody. */
  private static boolean waits(@Nullable User before, User after) {
    return before != null
        && (after.state() != UserState.ACTIVE || !after.pair().equals(before.pair()));
  }

  private static String words(@Nullable User before, User after, boolean changes) {
    if (!changes) {
      return " stands so already";
    }
    if (before == null) {
      return " would be new, " + after.state().word() + " on " + after.pair();
    }
    List<String> words = new ArrayList<>();
    if (before.state() != after.state()) {
      words.add(after.state().word() + " instead of " + before.state().word());
    }
    if (!before.pair().equals(after.pair())) {
      words.add("on " + after.pair() + " instead of " + before.pair());
    }
    if (before.priority() != after.priority()) {
      words.add("of priority " + after.priority() + " instead of " + before.priority());
    }
    return words.isEmpty() ? " would be changed" : " would be " + String.join(", ", words);
  }

  static @Nullable Map<String, Object> standing(@Nullable User user) {
    if (user == null) {
      return null;
    }
    Map<String, Object> standing = new LinkedHashMap<>();
    standing.put("state", user.state().word());
    standing.put("pair", user.pair());
    standing.put("to", user.movingTo());
    standing.put("priority", user.priority());
    return standing;
  }

  private HeldAfter held(User after) throws MapUnavailableException {
    String address = after.address();
    HeldAfter.After then = mailbox -> routing.lookAfter(mailbox, after, null);
    return address.startsWith("@")
        ? HeldAfter.scanned(
            queue,
            QueueFilter.any(),
            mailbox -> mailbox.endsWith(address) && routing.user(mailbox).isEmpty(),
            then)
        : HeldAfter.ofMailbox(queue, address, then);
  }

  private static String word(Entry entry) {
    return switch (entry) {
      case Entry.Go _ -> "active";
      case Entry.Hold _ -> "hold";
      case Entry.Refuse _ -> "closed";
    };
  }

  // ---- pairs, domains, everything

  /**
   * Of a hold or its end.
   *
   * @param kind pair, domain or all
   */
  Map<String, Object> ofHold(String kind, String name, Target target, boolean onHold, Who who)
      throws MapUnavailableException, RefusedChangeException {
    HoldPreview preview = routing.previewHold(target, onHold, who);
    QueueFilter filter =
        target instanceof Target.OfPair
            ? new QueueFilter(null, null, name, null, null, null)
            : QueueFilter.any();
    HeldAfter held =
        HeldAfter.scanned(
            queue,
            filter,
            mailbox -> !(target instanceof Target.OfDomain) || mailbox.endsWith("@" + name),
            mailbox -> routing.lookAfter(mailbox, null, preview));
    Map<String, Object> view = new LinkedHashMap<>();
    view.put(kind, name);
    view.put("dryRun", true);
    view.put("changed", preview.changes());
    view.put("before", Map.of("state", Words.holdWord(preview.changes() != onHold)));
    view.put("after", Map.of("state", Words.holdWord(onHold)));
    String what = kind.equals("all") ? "everything" : kind + " " + name;
    return told(view, held, preview.open(), what + words(preview.changes(), onHold), onHold);
  }

  private static String words(boolean changes, boolean onHold) {
    if (!changes) {
      return " stands so already";
    }
    return onHold ? " would be put on hold" : " would be taken off hold";
  }

  private static Map<String, Object> told(
      Map<String, Object> view,
      HeldAfter held,
      List<Flip.OpenDelivery> open,
      String does,
      boolean waits) {
    held.tell(view);
    view.put("open", FlipView.open(open));
    view.put("openCount", open.size());
    String waitsFor = waits ? "; " + open.size() + " open now would be waited for" : "";
    view.put("sentence", does + ": " + held.words() + waitsFor + ".");
    return view;
  }
}
