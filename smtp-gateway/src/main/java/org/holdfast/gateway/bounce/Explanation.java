package org.holdfast.gateway.bounce;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The first part of a report: what happened, for a person. */
final class Explanation {

  private Explanation() {}

  /** The part, its own header in front. */
  static byte[] of(Failure failure, Reporter reporter) {
    byte[] text = text(failure, reporter).getBytes(StandardCharsets.UTF_8);
    boolean ascii = Text.isAscii(text);
    HeaderFields fields =
        new HeaderFields()
            .field("Content-Description", "Notification")
            .field("Content-Type", "text/plain; charset=" + (ascii ? "us-ascii" : "utf-8"))
            .field("Content-Transfer-Encoding", ascii ? "7bit" : "quoted-printable")
            .end();
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    part.writeBytes(Notification.ascii(fields.toString()));
    part.writeBytes(ascii ? text : QuotedPrintable.encode(text));
    return part.toByteArray();
  }

  private static String text(Failure failure, Reporter reporter) {
    return """
    This is the mail system at %s.

    Your message could not be delivered to the recipient below. We had accepted
    it; the server that keeps the mailbox has now refused it for good, and it
    will not be tried again.

        <%s>
        the server said: %s

    We accepted it on %s.
    Our number for it is %s. If you need help, write to
    <%s> and enclose this report.
    """
        .formatted(
            safe(reporter.hostname()),
            safe(failure.recipient().original()),
            safe(failure.reply().line()),
            Notification.date(failure.envelope().accepted()),
            safe(failure.envelope().id()),
            safe(reporter.postmaster()))
        .replace("\n", "\r\n");
  }

  private static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .limit(HeaderFields.MOST_VALUE)
        .forEach(c -> safe.appendCodePoint(Text.isSafe(c) ? c : '?'));
    return safe.toString();
  }
}
