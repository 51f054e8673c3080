package org.holdfast.gateway.accept;

import java.util.Map;
import org.apache.james.protocols.api.Response;

/** MAIL (RFC 5321 section 4.1.1.2, with SIZE, 8BITMIME, SMTPUTF8, DSN and REQUIRETLS). */
final class MailCommand extends Command {

  MailCommand() {
    super("MAIL");
  }

  @Override
  Response obey(Conversation conversation, String argument) throws Refusal {
    if (!conversation.session().greeted()) {
      throw new Refusal(ProtocolReplies.HELLO_FIRST);
    }
    if (conversation.login().isMissing()) {
      throw new Refusal(ProtocolReplies.LOGIN_FIRST);
    }
    if (conversation.messages().mail() != null) {
      throw new Refusal(ProtocolReplies.NESTED_MAIL);
    }
    PathParser parser =
        new PathParser(argument, afterKeyword(argument, "FROM:", ProtocolReplies.BAD_SENDER));
    String reversePath = parser.path();
    if (reversePath == null || (!reversePath.isEmpty() && !hasDomain(reversePath))) {
      throw new Refusal(ProtocolReplies.BAD_SENDER);
    }
    Map<String, String> given = Parameters.parse(argument, parser.at());
    if (!given.isEmpty() && !conversation.session().extended()) {
      throw new Refusal(ProtocolReplies.EXTENSIONS_NEED_EHLO);
    }
    if (conversation.settings().security().accounts().isPresent()) {
      Parameters.takeAuth(given);
    }
    Map<String, String> kept = Parameters.ofMail(given);
    if (parser.international() && !kept.containsKey("SMTPUTF8")) {
      throw new Refusal(ProtocolReplies.NO_INTERNATIONAL_SENDER);
    }
    checkRequireTls(conversation, kept);
    long size = Parameters.size(given);
    if (size > conversation.settings().maxMessageSize()) {
      throw conversation.guard().refused(Limit.MESSAGE_SIZE);
    }
    conversation.guard().mustFit(size);
    conversation.guard().mustNotBeTooFast(Limit.MESSAGE_RATE);
    conversation.messages().begin(reversePath, kept, size);
    return ProtocolReplies.SENDER_OK;
  }

  /** RFC 8689 section 4.1: it means something inside TLS only. */
  private static void checkRequireTls(Conversation conversation, Map<String, String> kept)
      throws Refusal {
    if (!kept.containsKey("REQUIRETLS")) {
      return;
    }
    if (!conversation.tls().encrypted()) {
      throw new Refusal(ProtocolReplies.REQUIRETLS_NEEDS_TLS);
    }
    if (!conversation.settings().security().requireTls()) {
      throw new Refusal(ProtocolReplies.NO_REQUIRETLS);
    }
  }

  private static boolean hasDomain(String mailbox) {
    return mailbox.charAt(mailbox.length() - 1) != '"' && mailbox.indexOf('@') > 0;
  }
}
