package org.holdfast.gateway.accept;

import org.apache.james.protocols.api.Response;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link Framer} cuts out of one conversation: lets James's dispatcher answer commands,
 * and {@link MessageIn} gather messages. Belongs to the conversation's event loop.
 */
final class Input implements Framer.Receiver {

  private final Conversation conversation;

  Input(Conversation conversation) {
    this.conversation = conversation;
  }

  @Override
  public void line(byte[] line) {
    MessageIn messages = conversation.messages();
    Login login = conversation.login();
    conversation.patience().forCommand(messages.mail() == null);
    Response response = login.isUnderWay() ? login.answer(line) : obey(CommandLine.trimmed(line));
    if (response != null) {
      conversation.say(response);
    }
    if (messages.inBody()) {
      conversation.patience().forData();
    }
  }

  private @Nullable Response obey(byte[] line) {
    WireReply refusal = CommandLine.refusal(line);
    if (refusal != null) {
      RejectedCommand.log(conversation, line, refusal);
      return refusal;
    }
    if (!CommandLine.leadsOn(line)) {
      conversation.conduct().junk();
    }
    return conversation.listener().commands().onLine(conversation.session(), line);
  }

  @Override
  public void badLine(byte[] start, WireReply refusal) {
    Login login = conversation.login();
    if (login.isUnderWay()) {
      conversation.say(login.badAnswer(refusal)); // and no line in the log: it may be a password
      return;
    }
    RejectedCommand.log(conversation, start, refusal);
    conversation.say(refusal);
  }

  @Override
  public void octets(byte[] buffer, int from, int to) {
    conversation.messages().octets(buffer, from, to);
  }

  @Override
  public void endOfData() {
    conversation.patience().forCommand(false);
    conversation.messages().endOfData();
  }

  @Override
  public void endOfChunk() {
    conversation.patience().forCommand(false);
    conversation.messages().endOfChunk();
  }
}
