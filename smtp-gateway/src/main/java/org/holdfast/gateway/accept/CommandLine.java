package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What must be true of a command line before anybody looks at its words. */
final class CommandLine {

  private CommandLine() {}

  /** Why the line, without its CRLF, is no command; null if it may be one. */
  static @Nullable WireReply refusal(byte[] line) {
    boolean ascii = true;
    for (byte octet : line) {
      if ((octet >= 0 && octet < ' ') || octet == 127) {
        return ProtocolReplies.BAD_CHARACTER;
      }
      ascii &= octet >= 0;
    }
    if (!ascii && !Utf8.isWellFormed(line)) {
      return ProtocolReplies.BAD_CHARACTER;
    }
    return line.length + 2 > Limits.PLAIN_COMMAND_LINE && line.length + 2 > longest(line)
        ? ProtocolReplies.COMMAND_TOO_LONG
        : null;
  }

  private static int longest(byte[] line) {
    String verb = new String(line, 0, 4, StandardCharsets.ISO_8859_1);
    return switch (verb.toUpperCase(Locale.ROOT)) {
      case "MAIL", "RCPT" -> Limits.COMMAND_LINE;
      case "AUTH" -> Limits.AUTH_LINE;
      default -> Limits.PLAIN_COMMAND_LINE;
    };
  }
}
