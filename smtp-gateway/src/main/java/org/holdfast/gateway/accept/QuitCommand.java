package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** QUIT (RFC 5321 section 4.1.1.10). */
final class QuitCommand extends Command {

  QuitCommand() {
    super("QUIT");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    noArgument(argument);
    return WireReply.last(
        221, "2.0.0", conversation.settings().hostname() + " closing transmission channel");
  }
}
