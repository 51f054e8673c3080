package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;
import org.jspecify.annotations.Nullable;

/** STARTTLS (RFC 3207). In the chain only when there is a certificate. */
final class StartTlsCommand extends Command {

  StartTlsCommand() {
    super("STARTTLS");
  }

  @Override
  @Nullable Response obey(Conversation conversation, String argument) throws Refusal {
    noArgument(argument);
    if (conversation.tls().encrypted()) {
      throw new Refusal(ProtocolReplies.TLS_ALREADY);
    }
    conversation.startTls();
    return null;
  }
}
