package org.holdfast.gateway.bounce;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The first part of a report: what happened, for a person. */
final class Explanation {

  private Explanation() {}

  /** The part, its own header in front. */
  static byte[] of(Report report, Reporter reporter) {
    byte[] text = text(report, reporter).getBytes(StandardCharsets.UTF_8);
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

  private static String text(Report report, Reporter reporter) {
    return """
    This is the mail system at %s.

    %s
    We accepted it on %s.
    Our number for it is %s. If you need help, write to
    <%s> and enclose this report.
    """
        .formatted(
            safe(reporter.hostname()),
            what(report),
            Notification.date(report.envelope().accepted()),
            safe(report.envelope().id()),
            safe(reporter.postmaster()))
        .replace("\n", "\r\n");
  }

  private static String what(Report report) {
    String recipient = safe(report.recipient().original());
    String said = safe(report.reply().line());
    return switch (report.action()) {
      case FAILED ->
          """
          Your message could not be delivered to the recipient below. We had accepted
          it; the server that keeps the mailbox has now refused it for good, and it
          will not be tried again.

              <%s>
              the server said: %s
          """
              .formatted(recipient, said);
      case DELIVERED ->
          """
          Your message was delivered to the recipient below, as you asked to be told.

              <%s>
              the server said: %s
          """
              .formatted(recipient, said);
      case DELAYED ->
          """
          Your message to the recipient below could not be delivered yet. It is safe
          with us and goes on as soon as the mailbox can be reached. You need not send
          it again.

              <%s>
          """
              .formatted(recipient);
    };
  }

  private static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .limit(HeaderFields.MOST_VALUE)
        .forEach(c -> safe.appendCodePoint(Text.isSafe(c) ? c : '?'));
    return safe.toString();
  }
}
