package org.holdfast.gateway.accept;

import java.util.Collection;
import java.util.List;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;

/** One command of ours in James's chain. Without state: one serves all conversations. */
abstract class Command implements CommandHandler<SMTPSession> {

  private final List<String> names;

  Command(String... names) {
    this.names = List.of(names);
  }

  /** The answer, or null when it will be said later. */
  abstract @Nullable Response obey(Conversation conversation, String argument) throws Refusal;

  @Override
  public final Collection<String> getImplCommands() {
    return names;
  }

  @Override
  @SuppressWarnings(
      "NullAway") // James: null means that the answer comes later; its API has no annotations
  public final Response onCommand(SMTPSession session, Request request) {
    String argument = request.getArgument();
    try {
      return obey(
          MailSession.conversation(session), argument == null ? "" : withoutSpaces(argument));
    } catch (Refusal refusal) {
      RejectedCommand.log(
          MailSession.conversation(session),
          request.getCommand(),
          argument == null ? "" : argument,
          refusal.reply());
      return refusal.reply();
    }
  }

  /** For a command that stands alone. */
  static void noArgument(String argument) throws Refusal {
    if (!argument.isEmpty()) {
      throw new Refusal(ProtocolReplies.NO_ARGUMENT);
    }
  }

  /** More than one space between the words hurts nobody. */
  private static String withoutSpaces(String argument) {
    int at = 0;
    while (at < argument.length() && argument.charAt(at) == ' ') {
      at++;
    }
    return argument.substring(at);
  }

  /** Place of the path after {@code FROM:} or {@code TO:}; spaces before it are let pass. */
  static int afterKeyword(String argument, String keyword, WireReply otherwise) throws Refusal {
    if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
      throw new Refusal(otherwise);
    }
    int at = keyword.length();
    while (at < argument.length() && argument.charAt(at) == ' ') {
      at++;
    }
    return at;
  }
}
