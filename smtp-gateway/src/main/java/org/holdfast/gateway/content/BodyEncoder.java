package org.holdfast.gateway.content;

import java.io.ByteArrayOutputStream;

/** Writes the body of one part. Not thread-safe. */
interface BodyEncoder {

  /** Octets of it, but its CRLFs. */
  void octets(byte[] octets, int from, int to);

  /** A CRLF of it. */
  void lineEnd();

  /**
   * Nothing more comes.
   *
   * @param closeLine what is written must end a line, because no delimiter follows
   */
  void end(boolean closeLine);

  static BodyEncoder of(Treatment treatment, ByteArrayOutputStream out) {
    return switch (treatment) {
      case BASE64 -> new Base64Encoder(out);
      case QUOTED_PRINTABLE -> new QuotedPrintableEncoder(out);
      default -> none(out);
    };
  }

  /** Writes octets as they are. */
  static BodyEncoder none(ByteArrayOutputStream out) {
    return new BodyEncoder() {
      @Override
      public void octets(byte[] octets, int from, int to) {
        out.write(octets, from, to - from);
      }

      @Override
      public void lineEnd() {
        out.write('\r');
        out.write('\n');
      }

      @Override
      public void end(boolean closeLine) {
        // as it came
      }
    };
  }
}
