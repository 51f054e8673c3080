package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must be true of a command line before anybody looks at its words. */
final class CommandLine {

  private static final Set<String> LEADS_ON =
      Set.of("MAIL", "RCPT", "DATA", "BDAT", "QUIT", "STARTTLS", "AUTH", "XCLIENT", "XFORWARD");

  /** Browsers say this when they are made to talk to us; nothing of theirs is a command. */
  private static final Set<String> OF_HTTP =
      Set.of("GET", "POST", "PUT", "CONNECT", "OPTIONS", "HEAD", "DELETE", "PATCH", "TRACE");

  private CommandLine() {}

  /** Without white space at its end, which is to be tolerated (RFC 5321 section 4.1.1). */
  static byte[] trimmed(byte[] line) {
    int end = line.length;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) {
      end--;
    }
    return end == line.length ? line : Arrays.copyOf(line, end);
  }

  /** Why the line, without its CRLF and trimmed, is no command; null if it may be one. */
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
    return refusal(line, verb(line));
  }

  private static @Nullable WireReply refusal(byte[] line, String verb) {
    if (!isWord(verb)) {
      // a field of a header: whoever sends it takes this for the content of a message
      return verb.endsWith(":") ? ProtocolReplies.NOT_MAIL : ProtocolReplies.UNKNOWN_COMMAND;
    }
    if (OF_HTTP.contains(verb)) {
      return ProtocolReplies.NOT_MAIL;
    }
    if (line.length + 2 <= Limits.PLAIN_COMMAND_LINE || line.length + 2 <= longest(verb)) {
      return null;
    }
    return verb.equals("AUTH")
        ? ProtocolReplies.AUTH_LINE_TOO_LONG
        : ProtocolReplies.COMMAND_TOO_LONG;
  }

  private static int longest(String verb) {
    return switch (verb) {
      case "MAIL", "RCPT", "XCLIENT", "XFORWARD" -> Limits.COMMAND_LINE;
      case "AUTH" -> Limits.AUTH_LINE;
      default -> Limits.PLAIN_COMMAND_LINE;
    };
  }

  /**
   * Is this a command that brings a message nearer, or ends the session? Others (NOOP, RSET, EHLO,
   * VRFY...) may come a few times only ({@link Limits#JUNK}).
   */
  static boolean leadsOn(byte[] line) {
    return LEADS_ON.contains(verb(line));
  }

  /** What stands before the first space, in upper case. */
  private static String verb(byte[] line) {
    int end = 0;
    while (end < line.length && line[end] != ' ') {
      end++;
    }
    return new String(line, 0, end, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
  }

  /**
   * Letters of ASCII only: there are others that are the same in upper case (U+017F and S), and no
   * command may be spelt in two ways.
   */
  private static boolean isWord(String verb) {
    return !verb.isEmpty() && verb.chars().allMatch(c -> c >= 'A' && c <= 'Z');
  }
}
