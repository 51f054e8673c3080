package org.holdfast.gateway.bounce;

import org.holdfast.gateway.reply.Reply;

/** The second part of a report: message/delivery-status (RFC 3464 section 2). */
final class StatusFields {

  private StatusFields() {}

  /** The part, its own header in front. */
  static byte[] of(Report report, Reporter reporter) {
    HeaderFields fields =
        new HeaderFields()
            .field("Content-Description", "Delivery report")
            .field("Content-Type", "message/delivery-status")
            .end();
    message(fields, report, reporter);
    recipient(fields, report);
    return Notification.ascii(fields.toString());
  }

  /** Per-message fields (section 2.2). */
  private static void message(HeaderFields fields, Report report, Reporter reporter) {
    SenderWishes.envelopeId(report.envelope())
        .ifPresent(id -> fields.field("Original-Envelope-Id", id));
    fields
        .field("Reporting-MTA", "dns; " + reporter.hostname())
        .field("X-Holdfast-Id", report.envelope().id())
        .field("Arrival-Date", Notification.date(report.envelope().accepted()))
        .end();
  }

  /**
   * Per-recipient fields (section 2.3). The final recipient is named as the sender named it to us:
   * what an alias of ours leads to is nobody's business (section 4.2).
   */
  private static void recipient(HeaderFields fields, Report report) {
    SenderWishes.originalRecipient(report.recipient())
        .ifPresent(address -> fields.field("Original-Recipient", address));
    fields
        .field("Final-Recipient", TypedAddress.of(report.recipient().original()))
        .field("Action", report.action().value())
        .field("Status", status(report));
    if (!report.host().isEmpty()) {
      fields
          .field("Remote-MTA", "dns; " + host(report.host()))
          .field("Diagnostic-Code", "smtp; " + TypedAddress.escapedNonAscii(report.reply().line()))
          .field("Last-Attempt-Date", Notification.date(report.at()));
    }
  }

  private static String status(Report report) {
    Reply reply = report.reply();
    return reply.enhanced().isEmpty() ? report.action().status() : reply.enhanced();
  }

  /** An address as a literal (RFC 5321 section 4.1.3). */
  private static String host(String host) {
    if (host.indexOf(':') >= 0) {
      return "[IPv6:" + host + "]";
    }
    return host.matches("[0-9.]+") ? "[" + host + "]" : host;
  }
}
