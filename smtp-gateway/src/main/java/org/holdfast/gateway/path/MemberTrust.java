package org.holdfast.gateway.path;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;

/**
 * Which members the message path does not keep senders waiting for: one that could not be reached,
 * or did not answer within the hand-off time, is doubted until it has taken a message. Meanwhile
 * its mail is stored at once and the queue, which knows how to probe, finds out when it is back.
 * Thread-safe; holds one entry for each doubted member.
 */
public final class MemberTrust {

  private final Set<HostPort> doubted = ConcurrentHashMap.newKeySet();

  /** Should a sender wait for this member? */
  boolean trusts(Member member) {
    return !doubted.contains(member.lmtp());
  }

  /** The member kept a sender waiting too long. */
  void doubt(Member member) {
    doubted.add(member.lmtp());
  }

  /** Takes an answer into account, whoever asked. */
  void learn(Member member, Answer answer) {
    switch (answer) {
      case Answer.OurTrouble trouble when trouble.wholeMember() -> doubted.add(member.lmtp());
      case Answer.Delivered d -> doubted.remove(member.lmtp());
      case Answer.MailboxTrouble m -> doubted.remove(member.lmtp());
      case Answer.OurTrouble o -> {}
      case Answer.NotBelieved n -> {}
      case Answer.Uncertain u -> doubted.add(member.lmtp());
    }
  }
}
