package org.holdfast.gateway.path;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest answers of one member about its users, one for each mailbox. Thread-safe: its monitor
 * protects everything in it, and is held for a few map operations.
 */
final class RefusalWindow {

  /** Refused deliveries remembered; of more the oldest stay parked, and are counted. */
  static final int MOST_DELIVERIES = 10_000;

  /** Mailboxes remembered as refused for longer; beyond it the one refused first is forgotten. */
  static final int MOST_HABITUAL = 10_000;

  private final String pair;
  private final String member;
  private final MassRefusals.Limits limits;

  /** The latest mailboxes that answered, in the order of their latest answers. */
  private final LinkedHashMap<String, Latest> recent = new LinkedHashMap<>();

  /** Those of {@code recent} that were refused. */
  private int refused;

  /** Refused once, and not accepted since, without a trip: their next refusal is not sudden. */
  private final LinkedHashSet<String> habitual = new LinkedHashSet<>();

  /** What was refused within the time, or since the trip. */
  private final ArrayDeque<Refused> deliveries = new ArrayDeque<>();

  private long forgotten;
  private boolean tripped;

  RefusalWindow(String pair, String member, MassRefusals.Limits limits) {
    this.pair = pair;
    this.member = member;
    this.limits = limits;
  }

  /** A delivery that was refused, and when. */
  record Refused(String id, String mailbox, long nanoTime) {}

  private record Latest(boolean refused, long nanoTime) {}

  synchronized void accepted(String mailbox, long now) {
    if (!tripped) {
      habitual.remove(mailbox);
      note(mailbox, new Latest(false, now));
    }
  }

  /** Not null when this one was one too many. */
  synchronized @Nullable MassRefusal refused(Refused delivery, String reply) {
    long now = delivery.nanoTime();
    deliveries.addLast(delivery);
    forgetDeliveries(now);
    if (tripped) {
      return null;
    }
    forgetMailboxes(now);
    if (!habitual.contains(delivery.mailbox())) {
      note(delivery.mailbox(), new Latest(true, now));
    }
    if (refused < limits.users()) {
      return null;
    }
    tripped = true;
    return new MassRefusal(this, pair, member, refused, recent.size(), limits.within(), reply);
  }

  synchronized boolean tripped() {
    return tripped;
  }

  /** What was refused and not taken yet. */
  synchronized List<Refused> take() {
    List<Refused> taken = List.copyOf(deliveries);
    deliveries.clear();
    return taken;
  }

  /** Refused deliveries of this trip that could not be remembered. */
  synchronized long forgotten() {
    return forgotten;
  }

  /** Begins anew. */
  synchronized void over() {
    tripped = false;
    refused = 0;
    forgotten = 0;
    recent.clear();
    deliveries.clear();
  }

  /** For tests: how much is kept; {@code counted} is {@code refused} counted anew. */
  record Sizes(int mailboxes, int refused, long counted, int habitual, int deliveries) {}

  synchronized Sizes sizes() {
    long counted = recent.values().stream().filter(Latest::refused).count();
    return new Sizes(recent.size(), refused, counted, habitual.size(), deliveries.size());
  }

  private void note(String mailbox, Latest latest) {
    count(recent.remove(mailbox), -1);
    recent.put(mailbox, latest);
    count(latest, 1);
    forgetMailboxes(latest.nanoTime());
  }

  private void count(@Nullable Latest latest, int by) {
    if (latest != null && latest.refused()) {
      refused += by;
    }
  }

  /** As many as make {@code users} refused ones more than half. */
  private int most() {
    return 2 * limits.users() - 1;
  }

  private void forgetMailboxes(long now) {
    Iterator<Map.Entry<String, Latest>> eldest = recent.entrySet().iterator();
    while (eldest.hasNext()) {
      Map.Entry<String, Latest> entry = eldest.next();
      if (recent.size() <= most() && !isOld(entry.getValue().nanoTime(), now)) {
        return;
      }
      eldest.remove();
      count(entry.getValue(), -1);
      if (entry.getValue().refused()) {
        rememberHabitual(entry.getKey());
      }
    }
  }

  private void rememberHabitual(String mailbox) {
    habitual.add(mailbox);
    if (habitual.size() > MOST_HABITUAL) {
      var _ = habitual.removeFirst();
    }
  }

  private void forgetDeliveries(long now) {
    while (!tripped && !deliveries.isEmpty() && isOld(deliveries.getFirst().nanoTime(), now)) {
      deliveries.removeFirst();
    }
    if (deliveries.size() > MOST_DELIVERIES) {
      deliveries.removeFirst();
      forgotten++;
    }
  }

  private boolean isOld(long nanoTime, long now) {
    return now - nanoTime > limits.within().toNanos();
  }
}
