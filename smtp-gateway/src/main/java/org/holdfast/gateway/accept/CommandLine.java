package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be true of a command line before anybody looks at its words. */
final class CommandLine {

  private static final Set<String> LEADS_ON =
      Set.of("MAIL", "RCPT", "DATA", "BDAT", "QUIT", "STAR");

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
    return line.length + 2 > Limits.PLAIN_COMMAND_LINE && !mayBeLong(line)
        ? ProtocolReplies.COMMAND_TOO_LONG
        : null;
  }

  /**
   * Is this a command that brings a message nearer, or ends the session? Others (NOOP, RSET, EHLO,
   * VRFY...) may come a few times only ({@link Limits#JUNK}).
   */
  static boolean leadsOn(byte[] line) {
    return LEADS_ON.contains(verb(line));
  }

  private static boolean mayBeLong(byte[] line) {
    String verb = verb(line);
    return verb.equals("MAIL") || verb.equals("RCPT");
  }

  /** The first four octets, which tell all commands apart. */
  private static String verb(byte[] line) {
    return new String(line, 0, Math.min(4, line.length), StandardCharsets.ISO_8859_1)
        .toUpperCase(Locale.ROOT);
  }
}
