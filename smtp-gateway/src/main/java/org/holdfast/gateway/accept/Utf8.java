package org.holdfast.gateway.accept;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** RFC 3629. */
final class Utf8 {

  private Utf8() {}

  static boolean isWellFormed(byte[] octets) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
