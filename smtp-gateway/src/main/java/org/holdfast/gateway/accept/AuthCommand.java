package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;
import org.jspecify.annotations.Nullable;

/** AUTH (RFC 4954). In the chain only when somebody can log in. */
final class AuthCommand extends Command {

  AuthCommand() {
    super("AUTH");
  }

  @Override
  @Nullable Response obey(Conversation conversation, String argument) throws Refusal {
    if (!conversation.session().extended()) {
      throw new Refusal(ProtocolReplies.HELLO_FIRST);
    }
    if (conversation.messages().mail() != null) {
      throw new Refusal(ProtocolReplies.NO_LOGIN_NOW);
    }
    return conversation.login().begin(argument);
  }
}
