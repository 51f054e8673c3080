package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** HELP (RFC 5321 section 4.1.1.8), about whatever. */
final class HelpCommand extends Command {

  HelpCommand() {
    super("HELP");
  }

  @Override
  Response obey(Conversation conversation, String argument) {
    return ProtocolReplies.HELP;
  }
}
