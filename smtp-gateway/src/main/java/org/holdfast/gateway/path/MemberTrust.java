package org.holdfast.gateway.path;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;

/**
 * Which members the message path does not keep senders waiting for: one that could not be reached,
 * or did not answer within the hand-off time, is doubted until it has taken a message. Meanwhile
 * its mail is stored at once and the queue, which knows how to probe, finds out when it is back.
 * And what is believed of their answers: {@link MassRefusals}. Thread-safe; holds one entry for
 * each doubted member.
 */
public final class MemberTrust {

  private final Set<HostPort> doubted = ConcurrentHashMap.newKeySet();

  private final MassRefusals refusals;

  /** Without a breaker for mass refusals. */
  public MemberTrust() {
    this(MassRefusals.off());
  }

  public MemberTrust(MassRefusals refusals) {
    this.refusals = refusals;
  }

  /** Should a sender wait for this member? */
  boolean trusts(Member member) {
    return !doubted.contains(member.lmtp());
  }

  /** The member kept a sender waiting too long. */
  void doubt(Member member) {
    doubted.add(member.lmtp());
  }

  /**
   * Takes an answer into account, whoever asked, and gives it back as it is to be believed. To be
   * told before the permit is closed: so when nothing is open to a member, everything it said has
   * been weighed.
   *
   * @param id the message's queue id
   */
  Answer weigh(Permit permit, String id, Answer answer) {
    learn(permit.member(), answer);
    return refusals.weigh(permit, id, answer);
  }

  /** Whether the member is there. */
  void learn(Member member, Answer answer) {
    switch (answer) {
      case Answer.OurTrouble trouble when trouble.wholeMember() -> doubted.add(member.lmtp());
      case Answer.Delivered d -> doubted.remove(member.lmtp());
      case Answer.MailboxTrouble m -> doubted.remove(member.lmtp());
      case Answer.NotBelieved n -> doubted.remove(member.lmtp()); // it answers, if strangely
      case Answer.OurTrouble o -> {}
      case Answer.Uncertain u -> doubted.add(member.lmtp());
    }
  }
}
