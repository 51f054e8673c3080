package org.holdfast.gateway.accept;

import java.util.Locale;
import java.util.Map;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.path.Inbound;
import org.jspecify.annotations.Nullable;

/** RCPT (RFC 5321 section 4.1.1.3, with DSN). */
final class RcptCommand extends Command {

  RcptCommand() {
    super("RCPT");
  }

  @Override
  @Nullable Response obey(Conversation conversation, String argument) throws Refusal {
    Incoming mail = conversation.messages().mail();
    if (mail == null) {
      throw new Refusal(ProtocolReplies.MAIL_FIRST);
    }
    if (mail.begun()) {
      throw new Refusal(ProtocolReplies.CHUNKS_BEGUN);
    }
    PathParser parser =
        new PathParser(argument, afterKeyword(argument, "TO:", ProtocolReplies.BAD_RECIPIENT));
    String address = complete(parser.path(), conversation.settings().hostname());
    Map<String, String> given = Parameters.parse(argument, parser.at());
    if (!given.isEmpty() && !conversation.session().extended()) {
      throw new Refusal(ProtocolReplies.EXTENSIONS_NEED_EHLO);
    }
    Map<String, String> kept = Parameters.ofRecipient(given, mail.international());
    if (parser.international() && !mail.international()) {
      throw new Refusal(ProtocolReplies.NO_INTERNATIONAL_SENDER);
    }
    if (mail.recipients().size() >= conversation.settings().maxRecipients()) {
      conversation.conduct().refusedRecipient();
      throw conversation.guard().refused(Limit.RECIPIENTS);
    }
    conversation.guard().mustNotBeTooFast(Limit.RECIPIENT_RATE);
    if (!conversation.messages().roomForRecipient(mail, argument.length())) {
      throw conversation.guard().refused(Limit.ENVELOPES);
    }
    return conversation.await(
        conversation.inbound().recipient(address, kept),
        answer -> taken(conversation, mail, address, answer));
  }

  private static WireReply taken(
      Conversation conversation, Incoming mail, String address, Inbound.Answer answer) {
    return switch (answer) {
      case Inbound.Answer.Accepted accepted -> {
        mail.recipients().add(accepted.recipient());
        yield WireReply.of(accepted.reply());
      }
      case Inbound.Answer.Rejected rejected -> {
        WireReply reply = WireReply.of(rejected.reply());
        conversation.conduct().refusedRecipient();
        RejectedCommand.log(conversation, "RCPT", address, reply);
        yield reply;
      }
    };
  }

  /** RFC 5321 section 4.5.1: postmaster needs no domain; everybody else does. */
  private static String complete(@Nullable String path, String hostname) throws Refusal {
    if (path == null || path.isEmpty()) {
      throw new Refusal(ProtocolReplies.BAD_RECIPIENT);
    }
    if (path.toLowerCase(Locale.ROOT).equals("postmaster")) {
      return path + "@" + hostname;
    }
    if (path.indexOf('@') < 0 || path.charAt(path.length() - 1) == '"') {
      throw new Refusal(ProtocolReplies.BAD_RECIPIENT);
    }
    return path;
  }
}
