package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** EXPN (RFC 5321 section 4.1.1.7): there are no lists here. */
final class ExpandCommand extends Command {

  ExpandCommand() {
    super("EXPN");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (argument.isEmpty()) {
      throw new Refusal(ProtocolReplies.NO_NAME);
    }
    return ProtocolReplies.NOT_IMPLEMENTED;
  }
}
