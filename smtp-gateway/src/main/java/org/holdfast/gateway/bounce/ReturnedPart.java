package org.holdfast.gateway.bounce;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The third part of a report: the refused message, or its header (RFC 6522 section 3). */
final class ReturnedPart {

  private final byte[] octets;
  private final boolean eightBit;

  private ReturnedPart(byte[] octets, boolean eightBit) {
    this.octets = octets;
    this.eightBit = eightBit;
  }

  /** The part, its own header in front. */
  byte[] octets() {
    return octets;
  }

  /** Whether its octets are more than ASCII. */
  boolean eightBit() {
    return eightBit;
  }

  static ReturnedPart of(OriginalMessage message, boolean whole) {
    byte[] header = message.header();
    boolean asciiHeader = Text.isAscii(header) && Text.isLines(header);
    Optional<byte[]> all =
        whole && asciiHeader ? message.whole().filter(Text::isLines) : Optional.empty();
    if (all.isPresent()) {
      boolean eightBit = !Text.isAscii(all.get());
      return part("message/rfc822", eightBit ? "8bit" : "7bit", all.get(), eightBit);
    }
    return asciiHeader
        ? part("text/rfc822-headers", "7bit", header, false)
        : part(
            "text/rfc822-headers; charset=utf-8",
            "quoted-printable",
            QuotedPrintable.encode(header),
            false);
  }

  private static ReturnedPart part(String type, String encoding, byte[] content, boolean eightBit) {
    HeaderFields fields =
        new HeaderFields()
            .field("Content-Description", "Undelivered message")
            .field("Content-Type", type)
            .field("Content-Transfer-Encoding", encoding)
            .end();
    ByteArrayOutputStream octets = new ByteArrayOutputStream(content.length + 200);
    octets.writeBytes(Notification.ascii(fields.toString()));
    octets.writeBytes(content);
    return new ReturnedPart(octets.toByteArray(), eightBit);
  }

  /** A boundary that does not stand in the part, so that a message cannot end its own report. */
  String boundary(String id) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    int number = 0;
    String boundary = "=_" + id;
    while (text.contains(boundary)) {
      boundary = "=_" + id + "_" + ++number;
    }
    return boundary;
  }
}
