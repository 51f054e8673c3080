package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
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

  /** The same for a line that never came to be a command; in it there may be anything. */
  static void log(Conversation conversation, byte[] line, WireReply reply) {
    int end = 0;
    while (end < line.length && isLetter(line[end])) {
      end++;
    }
    int length = Math.min(line.length, Limits.LOGGED_LINE);
    String verb = new String(line, 0, end, StandardCharsets.US_ASCII);
    String rest = new String(line, end, Math.max(0, length - end), StandardCharsets.UTF_8);
    log(conversation, verb, rest.strip(), reply);
  }

  private static boolean isLetter(byte octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
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
