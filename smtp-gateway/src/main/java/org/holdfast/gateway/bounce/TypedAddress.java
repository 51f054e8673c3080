package org.holdfast.gateway.bounce;

import java.util.Locale;

/** An address with its type, as the fields of a delivery status want it: ASCII only. */
final class TypedAddress {

  private TypedAddress() {}

  /**
   * {@code rfc822; a@b}, or for an internationalized address {@code utf-8; \x{E9}@b} (RFC 6533
   * section 3), so that the report can pass any server.
   */
  static String of(String address) {
    if (address.chars().allMatch(c -> c < 128)) {
      return "rfc822; " + address;
    }
    return "utf-8; " + escapedNonAscii(address.replace("\\", "\\x{5C}"));
  }

  /** Every character beyond ASCII as {@code \x{HEX}}. */
  static String escapedNonAscii(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          if (c < 128) {
            escaped.append((char) c);
          } else {
            escaped.append("\\x{").append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            escaped.append('}');
          }
        });
    return escaped.toString();
  }
}
