package org.holdfast.gateway.accept;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a line about a refused command tells of its argument. */
final class RejectedCommand {

  private RejectedCommand() {}

  /** Only refusals by policy and of envelopes are told, each as one line. */
  static void log(Conversation conversation, String command, String argument, WireReply reply) {
    String verb = command.toUpperCase(Locale.ROOT);
    Incoming mail = conversation.messages().mail();
    String from = mail == null ? null : mail.reversePath();
    String to = null;
    switch (verb) {
      case "MAIL" -> from = path(argument);
      case "RCPT" -> to = path(argument);
      case "DATA", "BDAT", "XCLIENT", "XFORWARD" -> {}
      default -> {
        return;
      }
    }
    conversation
        .listener()
        .rejects()
        .command(verb, conversation.peer(), conversation.protocol(), from, to, reply);
  }

  /** What stands between the brackets, if there are any; bounded. */
  private static @Nullable String path(String argument) {
    int open = argument.indexOf('<');
    int close = argument.lastIndexOf('>');
    String path = open >= 0 && close > open ? argument.substring(open + 1, close) : argument;
    return path.length() <= Limits.LOGGED_ARGUMENT
        ? path
        : path.substring(0, Limits.LOGGED_ARGUMENT) + "...";
  }
}
