package org.holdfast.gateway.path;

import org.holdfast.gateway.reply.Reply;
import org.holdfast.routing.Member;

/** What would become of a mail for one mailbox that came right now. */
public sealed interface Outlook {

  /** It would be handed to this member at once. */
  record HandedOff(String pair, Member member) implements Outlook {}

  /** It would be accepted and held. */
  record Held(String pair, String why) implements Outlook {}

  /** It would have to be held, and cannot be stored: the sender keeps it. */
  record NotStored(String pair, String why, Reply reply) implements Outlook {}

  /** It would be refused. */
  record Refused(Reply reply) implements Outlook {}
}
