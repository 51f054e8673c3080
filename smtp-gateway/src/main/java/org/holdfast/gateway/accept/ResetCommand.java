package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** RSET (RFC 5321 section 4.1.1.5): ends the transaction. */
final class ResetCommand extends Command {

  ResetCommand() {
    super("RSET");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    noArgument(argument);
    conversation.session().resetState();
    return ProtocolReplies.OK;
  }
}
