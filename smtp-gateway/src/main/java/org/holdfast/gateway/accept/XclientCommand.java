package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** XCLIENT: a listed client tells for whom it speaks, and the session begins anew. */
final class XclientCommand extends Command {

  XclientCommand() {
    super("XCLIENT");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (conversation.messages().mail() != null) {
      throw new Refusal(ProtocolReplies.IN_TRANSACTION);
    }
    if (!conversation.mayIntroduce()) {
      throw new Refusal(ProtocolReplies.MAY_NOT_INTRODUCE);
    }
    return conversation.introduced(Introduction.parse(argument));
  }
}
