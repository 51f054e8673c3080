package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;

/**
 * VRFY (RFC 5321 section 4.1.1.6): known, as it must be, and silent about who is there (section
 * 7.3).
 */
final class VerifyCommand extends Command {

  VerifyCommand() {
    super("VRFY");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (argument.isEmpty()) {
      throw new Refusal(ProtocolReplies.NO_NAME);
    }
    return ProtocolReplies.CANNOT_VERIFY;
  }
}
