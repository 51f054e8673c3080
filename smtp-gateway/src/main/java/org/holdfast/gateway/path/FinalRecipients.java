package org.holdfast.gateway.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.path.Inbound.Verdict;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * The recipients of one message, each address that mail is delivered to once: whoever is named
 * twice, or under two names, gets the message once (as in Postfix: {@code duplicate_filter_limit}).
 * Subaddresses that are delivered as different ones stay different. Immutable.
 */
final class FinalRecipients {

  private static final String NOTIFY = "NOTIFY";
  private static final String NEVER = "NEVER";

  /** What a recipient without NOTIFY gets (RFC 3461 section 4.1), if another asks for success. */
  private static final String ALL = "SUCCESS,FAILURE,DELAY";

  private final List<Recipient> named;
  private final List<Recipient> once;

  /** For each that was named, its place among those who get the message. */
  private final int[] places;

  private FinalRecipients(List<Recipient> named, List<Recipient> once, int[] places) {
    this.named = named;
    this.once = once;
    this.places = places;
  }

  static FinalRecipients of(List<Recipient> named) {
    int[] places = new int[named.size()];
    if (named.size() == 1) {
      return new FinalRecipients(named, named, places);
    }
    List<Recipient> once = new ArrayList<>(named.size());
    Map<String, Integer> known = HashMap.newHashMap(named.size());
    for (int i = 0; i < places.length; i++) {
      Recipient recipient = named.get(i);
      // a lane has no NUL in its name; it tells apart what goes by different ways
      Integer before =
          known.putIfAbsent(recipient.lane() + '\0' + recipient.address(), once.size());
      if (before == null) {
        places[i] = once.size();
        once.add(recipient);
      } else {
        places[i] = before;
        once.set(before, merged(once.get(before), recipient));
      }
    }
    return new FinalRecipients(named, List.copyOf(once), places);
  }

  /** Who gets the message, in the order in which they were first named. */
  List<Recipient> once() {
    return once;
  }

  /** Whether nobody was named twice. */
  boolean differ() {
    return once.size() == named.size();
  }

  /** The verdict for all that were named, and a line for each that has no other. */
  Verdict verdict(Verdict told, Envelope envelope, Answering answering) {
    boolean each = answering == Answering.EACH;
    List<Reply> replies = told.replies();
    if (each || replies.getFirst().positive()) {
      log(envelope);
    }
    return each ? new Verdict(Arrays.stream(places).mapToObj(replies::get).toList()) : told;
  }

  private void log(Envelope envelope) {
    boolean[] met = new boolean[once.size()];
    for (int i = 0; i < places.length; i++) {
      if (met[places[i]]) {
        DeliveryLog.merged(envelope, named.get(i), once.get(places[i]).original());
      }
      met[places[i]] = true;
    }
  }

  /** The first one's name; told of whatever either was to be told of. */
  private static Recipient merged(Recipient first, Recipient again) {
    Map<String, String> parameters = new LinkedHashMap<>(again.parameters());
    parameters.putAll(first.parameters());
    String notify = notify(first.parameters().get(NOTIFY), again.parameters().get(NOTIFY));
    if (notify == null) {
      parameters.remove(NOTIFY);
    } else {
      parameters.put(NOTIFY, notify);
    }
    return new Recipient(first.address(), first.lane(), first.original(), parameters);
  }

  /** Null: not said, which is failure, and delay if we like (RFC 3461 section 4.1). */
  private static @Nullable String notify(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      String said = one == null ? other : one;
      return said != null && said.contains("SUCCESS") ? ALL : null;
    }
    Set<String> both = new TreeSet<>(Arrays.asList(one.split(",", -1)));
    both.addAll(Arrays.asList(other.split(",", -1)));
    if (both.size() > 1) {
      both.remove(NEVER); // it must stand alone
    }
    return String.join(",", both);
  }
}
