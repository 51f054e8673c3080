package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.UnknownCommandHandler;

/** Everything else. Unlike James's own it does not echo what was sent. */
final class UnknownCommand extends Command {

  UnknownCommand() {
    super(UnknownCommandHandler.COMMAND_IDENTIFIER);
  }

  @Override
  Response obey(Conversation conversation, String argument) {
    return ProtocolReplies.UNKNOWN_COMMAND;
  }
}
