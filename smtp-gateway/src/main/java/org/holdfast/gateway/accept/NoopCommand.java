package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/** NOOP (RFC 5321 section 4.1.1.9); whatever follows it means nothing. */
final class NoopCommand extends Command {

  NoopCommand() {
    super("NOOP");
  }

  @Override
  Response obey(Conversation conversation, String argument) {
    return ProtocolReplies.OK;
  }
}
