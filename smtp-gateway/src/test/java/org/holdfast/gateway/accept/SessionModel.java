package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a session must be answered, found by reading all of its octets at once: no packets, no
 * buffers, no waiting. Slow and small; {@link FuzzSession} compares the conversation with it.
 *
 * <p>In its world {@code nobody@} is refused, everybody else is taken and so is every message.
 */
final class SessionModel {

  private static final int MOST_RECIPIENTS = 3;

  /** Basic codes in order; {@code 0} for the end of the connection. */
  final List<Integer> codes = new ArrayList<>();

  /** The contents of the messages taken. */
  final List<String> messages = new ArrayList<>();

  private final boolean lmtp;
  private final String octets;
  private int at;
  private boolean over;
  private int errors;
  private int junk;
  private int refused;
  private boolean greeted;
  private boolean extended;
  private boolean afterBareLf;

  private boolean mail;
  private boolean international;
  private boolean binary;
  private int recipients;
  private @Nullable StringBuilder chunks;

  SessionModel(Dialect dialect, String octets) {
    this.lmtp = dialect == Dialect.LMTP;
    this.octets = octets;
    while (!over && line()) {
      // the next one
    }
  }

  private void say(int code) {
    if (over) {
      return;
    }
    codes.add(code);
    if ((code >= 500 && code <= 504) || code == 555) {
      errors++;
    }
    if (errors > Limits.ERRORS || refused > MOST_RECIPIENTS) {
      codes.add(421);
      close();
    }
  }

  /** What brings nothing forward is an error when there is too much of it. */
  private void junk() {
    if (++junk > Limits.JUNK) {
      errors++;
    }
  }

  private void close() {
    over = true;
    codes.add(0);
  }

  private void last(int code) {
    if (!over) {
      codes.add(code);
      close();
    }
  }

  private void reset() {
    mail = false;
    international = false;
    binary = false;
    recipients = 0;
    chunks = null;
  }

  // ---- lines

  private boolean line() {
    int lf = octets.indexOf('\n', at);
    int end = lf < 0 ? octets.length() : lf + 1;
    String line = octets.substring(at, end);
    if (lf < 0 && line.length() <= Limits.COMMAND_LINE) {
      return false;
    }
    if (lf < 0) {
      if (line.length() > Limits.ENDLESS_LINE) {
        last(500);
      }
      return false;
    }
    at = end;
    boolean bare = !line.endsWith("\r\n");
    boolean rest = afterBareLf;
    afterBareLf = bare;
    if (line.length() > Limits.COMMAND_LINE || bare || rest) {
      say(500);
      return true;
    }
    String command = line.substring(0, line.length() - 2);
    if (command.indexOf('\r') >= 0 || command.indexOf('\0') >= 0) {
      say(500);
      return true;
    }
    command(command.replaceFirst("[ \t]+$", ""));
    return true;
  }

  private void command(String octetsOfLine) {
    byte[] bytes = octetsOfLine.getBytes(StandardCharsets.ISO_8859_1);
    String line = new String(bytes, StandardCharsets.UTF_8);
    if (line.chars().anyMatch(c -> c < ' ' || c == 127) || !Utf8.isWellFormed(bytes)) {
      say(500);
      return;
    }
    int space = line.indexOf(' ');
    String verb = space < 0 ? line : line.substring(0, space);
    String argument = space < 0 ? "" : line.substring(space).replaceFirst("^ +", "");
    if (!verb.matches("[A-Za-z]+")) {
      if (verb.endsWith(":")) {
        last(500);
      } else {
        say(500);
      }
      return;
    }
    String upper = verb.toUpperCase(Locale.ROOT);
    if (upper.matches("GET|POST|PUT|CONNECT|OPTIONS|HEAD|DELETE|PATCH|TRACE")) {
      last(500);
    } else if (bytes.length > 510 && !upper.matches("MAIL|RCPT|AUTH|XCLIENT|XFORWARD")) {
      say(500);
    } else {
      if (!upper.matches("MAIL|RCPT|DATA|BDAT|QUIT|STARTTLS|AUTH|XCLIENT|XFORWARD")) {
        junk();
      }
      obey(upper, argument);
    }
  }

  private void obey(String verb, String argument) {
    switch (verb) {
      case "HELO", "EHLO", "LHLO" -> hello(verb, argument);
      case "NOOP" -> say(250);
      case "HELP" -> say(214);
      case "VRFY" -> say(argument.isEmpty() ? 501 : 252);
      case "EXPN" -> say(argument.isEmpty() ? 501 : 502);
      case "RSET" -> {
        if (argument.isEmpty()) {
          reset();
        }
        say(argument.isEmpty() ? 250 : 501);
      }
      case "QUIT" -> {
        if (argument.isEmpty()) {
          last(221);
        } else {
          say(501);
        }
      }
      case "MAIL" -> say(mail(argument));
      case "RCPT" -> say(rcpt(argument));
      case "DATA" -> data(argument);
      case "BDAT" -> bdat(argument);
      case "XCLIENT", "XFORWARD" -> say(mail ? 503 : 550); // nobody is listed
      default -> say(500);
    }
  }

  private void hello(String verb, String argument) {
    if (verb.equals("LHLO") != lmtp) {
      say(500);
    } else if (AbnfReference.isName(argument)) {
      reset();
      greeted = true;
      extended = !verb.equals("HELO");
      say(250);
    } else {
      say(501);
    }
  }

  private int mail(String argument) {
    if (!greeted || mail) {
      return 503;
    }
    int from = keyword(argument, "FROM:");
    AbnfReference.Found path = from < 0 ? null : AbnfReference.path(argument, from);
    if (path == null || path.mailbox().equalsIgnoreCase("postmaster")) {
      return 501;
    }
    String rest = argument.substring(path.end());
    int bad = AbnfReference.mail(rest, 0, extended);
    if (bad != 0) {
      return bad;
    }
    String words = " " + rest.toUpperCase(Locale.ROOT) + " ";
    boolean utf8 = words.contains(" SMTPUTF8 ");
    if (path.mailbox().chars().anyMatch(c -> c > 127) && !utf8) {
      return 553;
    }
    if (words.contains(" REQUIRETLS ")) {
      return 530;
    }
    java.util.regex.Matcher size =
        java.util.regex.Pattern.compile(" SIZE=([0-9]+) ").matcher(words);
    if (size.find()
        && new java.math.BigInteger(size.group(1))
                .compareTo(java.math.BigInteger.valueOf(Talk.MAX_SIZE))
            > 0) {
      return 552;
    }
    mail = true;
    international = utf8;
    binary = words.contains(" BODY=BINARYMIME ");
    return 250;
  }

  private int rcpt(String argument) {
    if (!mail || chunks != null) {
      return 503;
    }
    int from = keyword(argument, "TO:");
    AbnfReference.Found path = from < 0 ? null : AbnfReference.path(argument, from);
    if (path == null || path.mailbox().isEmpty()) {
      return 501;
    }
    int bad = AbnfReference.rcpt(argument, path.end(), extended, international);
    if (bad != 0) {
      return bad;
    }
    if (path.mailbox().chars().anyMatch(c -> c > 127) && !international) {
      return 553;
    }
    if (recipients == MOST_RECIPIENTS) {
      return 452;
    }
    if (path.mailbox().startsWith("nobody@")) {
      refused++;
      return 550;
    }
    recipients++;
    return 250;
  }

  private static int keyword(String argument, String keyword) {
    if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
      return -1;
    }
    int from = keyword.length();
    while (from < argument.length() && argument.charAt(from) == ' ') {
      from++;
    }
    return from;
  }

  // ---- content

  private void data(String argument) {
    if (!argument.isEmpty()) {
      say(501);
      return;
    }
    if (!mail || chunks != null || recipients == 0) {
      say(503);
      return;
    }
    if (binary) {
      say(503);
      return;
    }
    say(354);
    int end = ("\r\n" + octets.substring(at)).indexOf("\r\n.\r\n");
    if (end < 0) {
      at = octets.length();
      return;
    }
    String wire = octets.substring(at, at + end);
    at += end + 3;
    message(("\r\n" + wire).replace("\r\n.", "\r\n").substring(2), wire);
  }

  /** What must not be in a message is looked for in what came in. */
  private void message(String content, String wire) {
    String stray = wire.replace("\r\n", "");
    boolean blurred =
        !binary
            && (stray.indexOf('\r') >= 0 || stray.indexOf('\n') >= 0 || stray.indexOf('\0') >= 0);
    boolean bad =
        blurred
            || (!binary
                && List.of(content.split("\r\n", -1)).stream().anyMatch(l -> l.length() > 998));
    int code = content.length() > Talk.MAX_SIZE ? 552 : bad ? 554 : 250;
    if (code == 250) {
      boolean unheaded = content.startsWith(" ") || content.startsWith("\t");
      messages.add(unheaded ? "\r\n" + content : content);
      errors = 0;
      junk = 0;
      refused = 0;
    } else {
      junk();
    }
    int replies = lmtp ? recipients : 1;
    reset();
    for (int i = 0; i < replies - 1; i++) {
      say(code);
    }
    if (blurred) {
      last(code);
    } else {
      say(code);
    }
  }

  private void bdat(String argument) {
    java.util.regex.Matcher m =
        java.util.regex.Pattern.compile("([0-9]{1,18})( +[Ll][Aa][Ss][Tt])?").matcher(argument);
    if (!m.matches()) {
      last(501);
      return;
    }
    long size = Long.parseLong(m.group(1));
    boolean good = mail && recipients > 0;
    if (octets.length() - at < size) {
      at = octets.length();
      return; // it never ends
    }
    String chunk = octets.substring(at, at + (int) size);
    at += (int) size;
    if (!good) {
      say(503);
      return;
    }
    StringBuilder whole = chunks == null ? new StringBuilder() : chunks;
    whole.append(chunk);
    chunks = whole;
    if (m.group(2) != null) {
      String content = whole.toString();
      boolean ends = binary || content.isEmpty() || content.endsWith("\r\n");
      boolean tooLarge = content.length() > Talk.MAX_SIZE;
      message(ends || tooLarge ? content : content + "\r\n", content);
    } else if (whole.length() > Talk.MAX_SIZE) {
      reset();
      say(552);
    } else {
      say(250);
    }
  }
}
