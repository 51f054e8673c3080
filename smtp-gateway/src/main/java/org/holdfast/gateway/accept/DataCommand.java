package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** DATA (RFC 5321 section 4.1.1.4); not for a binary message (RFC 3030 section 3). */
final class DataCommand extends Command {

  DataCommand() {
    super("DATA");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    noArgument(argument);
    Incoming mail = conversation.messages().mail();
    if (mail == null) {
      throw new Refusal(ProtocolReplies.MAIL_FIRST);
    }
    if (mail.chunked()) {
      throw new Refusal(ProtocolReplies.CHUNKS_BEGUN);
    }
    if (mail.binary()) {
      throw new Refusal(ProtocolReplies.BINARY_NEEDS_CHUNKS);
    }
    if (mail.recipients().isEmpty()) {
      throw new Refusal(ProtocolReplies.NO_RECIPIENT);
    }
    conversation.messages().beginData(mail);
    return ProtocolReplies.GO_AHEAD;
  }
}
