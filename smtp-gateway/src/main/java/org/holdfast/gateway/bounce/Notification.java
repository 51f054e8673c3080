package org.holdfast.gateway.bounce;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;

/**
 * A delivery status notification (RFC 3464) in a multipart/report (RFC 6522): what happened in
 * words, the same in fields, and the refused message or its header.
 *
 * <p>Everything of ours is ASCII but the To field of an internationalized sender. What comes back
 * of the message is ASCII too, or quoted-printable; only a whole message with an 8-bit body, which
 * may not be encoded (RFC 2046 section 5.2.1), makes it 8-bit. A message whose very header is not
 * ASCII comes back as its header alone: a whole one could pass only to where SMTPUTF8 is known.
 */
public final class Notification {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Envelope envelope;
  private final Content content;

  private Notification(Envelope envelope, Content content) {
    this.envelope = envelope;
    this.content = content;
  }

  /** Null reverse-path (RFC 3464 section 2), and what the next hop must know of the octets. */
  public Envelope envelope() {
    return envelope;
  }

  public Content content() {
    return content;
  }

  /**
   * Tells the sender what happened to one recipient.
   *
   * @param id the notification's own queue id
   * @throws IOException the message cannot be read
   */
  public static Notification of(String id, Report report, Reporter reporter) throws IOException {
    // RET is about failures only (RFC 3461 section 4.3)
    boolean whole =
        report.action() == Action.FAILED && SenderWishes.wholeMessage(report.envelope());
    ReturnedPart returned = ReturnedPart.of(OriginalMessage.read(report.content()), whole);
    String boundary = returned.boundary(id);
    String header = header(id, report, reporter, boundary, returned.eightBit()).toString();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(ascii("This is a delivery status notification.\r\n"));
    part(out, boundary, Explanation.of(report, reporter));
    part(out, boundary, StatusFields.of(report, reporter));
    part(out, boundary, returned.octets());
    out.writeBytes(ascii("\r\n--" + boundary + "--\r\n"));
    byte[] octets = out.toByteArray();
    Map<String, String> parameters = new HashMap<>();
    if (!Text.isAscii(octets)) {
      parameters.put("BODY", "8BITMIME");
    }
    if (SenderWishes.requiresTls(report.envelope())) {
      parameters.put("REQUIRETLS", "");
    }
    return new Notification(
        new Envelope(id, "", report.at(), reporter.hostname(), parameters),
        new OctetsInMemory(octets));
  }

  private static HeaderFields header(
      String id, Report report, Reporter reporter, String boundary, boolean eightBit) {
    HeaderFields fields =
        new HeaderFields()
            .field("X-Holdfast-Id", id)
            .field("Date", date(report.at()))
            .field("From", "Mail Delivery System <" + reporter.postmaster() + ">")
            .field("To", "<" + report.envelope().reversePath() + ">")
            .field("Subject", report.action().subject())
            .field("Message-ID", "<" + id + "@" + reporter.hostname() + ">")
            .field("Auto-Submitted", "auto-replied")
            .field("MIME-Version", "1.0")
            .field(
                "Content-Type",
                "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"");
    if (eightBit) {
      fields.field("Content-Transfer-Encoding", "8bit");
    }
    return fields.end();
  }

  private static void part(ByteArrayOutputStream out, String boundary, byte[] part) {
    out.writeBytes(ascii("\r\n--" + boundary + "\r\n"));
    out.writeBytes(part);
  }

  static String date(Instant time) {
    return DATE.format(time);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
