package org.holdfast.gateway.sasl;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * Names and passwords as they are compared: normalized to NFKC, without control characters. That is
 * SASLprep (RFC 4013) for all text that people type; its tables of unassigned and bidirectional
 * characters are not applied.
 */
public final class Passwords {

  /** Octets of a name or a password in UTF-8. RFC 4616 section 2 asks servers for 255 at least. */
  public static final int LONGEST = 1024;

  private Passwords() {}

  /**
   * In the form in which it is compared.
   *
   * @throws IllegalArgumentException when it is empty, too long or has control characters
   */
  public static char[] prepared(char[] text) {
    String plain = Normalizer.normalize(CharBuffer.wrap(text), Normalizer.Form.NFKC);
    if (plain.isEmpty()
        || plain.length() > LONGEST
        || plain.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("it is empty, too long or has control characters");
    }
    return plain.toCharArray();
  }

  static String prepared(String text) {
    return new String(prepared(text.toCharArray()));
  }

  /** As UTF-8, strictly. */
  static String text(byte[] octets, int from, int to) throws LoginFailedException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new LoginFailedException("not UTF-8");
    }
  }
}
