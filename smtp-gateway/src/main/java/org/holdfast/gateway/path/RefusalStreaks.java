package org.holdfast.gateway.path;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members that only refuse. One that takes no mail at all and calls it policy ("Relay access
 * denied", "Client host rejected") is misconfigured: that is our trouble, and a release must not
 * return thousands of messages because of it. So what is returned between two deliveries of a
 * member is bounded. Thread-safe; an entry for each member that has refused since it last took
 * mail.
 */
final class RefusalStreaks {

  /** Mailboxes whose mail is returned before a member must have taken something. */
  static final int MAILBOXES = 20;

  /** Messages, likewise. */
  static final int MESSAGES = 200;

  private static final Logger log = LoggerFactory.getLogger(RefusalStreaks.class);

  private final ConcurrentHashMap<HostPort, Streak> streaks = new ConcurrentHashMap<>();

  /** Its fields are guarded by the map's entry lock. */
  private static final class Streak {
    private final Set<String> lanes = new HashSet<>();
    private int messages;
    private boolean told;

    boolean admit(String lane) {
      boolean room = lanes.contains(lane) || lanes.size() < MAILBOXES;
      if (!room || messages == MESSAGES) {
        return false;
      }
      lanes.add(lane);
      messages++;
      return true;
    }
  }

  /** The member has taken mail: it does not refuse everybody. */
  void took(Member member) {
    if (!streaks.isEmpty()) {
      streaks.remove(member.lmtp());
    }
  }

  /** The member has refused mail in this lane: may it be returned? */
  boolean mayReturn(Member member, String lane) {
    boolean[] admitted = new boolean[1];
    streaks.compute(
        member.lmtp(),
        (_, known) -> {
          Streak streak = known == null ? new Streak() : known;
          admitted[0] = streak.admit(lane);
          if (!admitted[0] && !streak.told) {
            streak.told = true;
            log.warn(
                "{} has refused {} messages for {} mailboxes and taken none in between: what it refuses"
                    + " is parked, not returned, until it takes some",
                member.name(),
                streak.messages,
                streak.lanes.size());
          }
          return streak;
        });
    return admitted[0];
  }
}
