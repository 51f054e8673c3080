package org.holdfast.gateway.bounce;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Target: what a notification is made of. Whatever stands in an address, an ENVID, a reply or the
 * refused message, it ends no line and begins no field.
 */
public final class FuzzNotice {

  private FuzzNotice() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    field("X", text);
    field("Final-Recipient", TypedAddress.of(text));
    Xtext.decode(text).ifPresent(FuzzNotice::isPrintable);
    if (!Xtext.decode(encoded(data)).equals(printable(data))) {
      throw new AssertionError("xtext: " + encoded(data));
    }
    original(data);
  }

  private static void field(String name, String value) {
    String field = new HeaderFields().field(name, value).toString();
    for (String line : field.split("\r\n", -1)) {
      int octets = line.getBytes(StandardCharsets.UTF_8).length;
      if (octets > 998 || line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
        throw new AssertionError("line of " + octets + ": " + line);
      }
    }
    String[] lines = field.split("\r\n", -1);
    for (int i = 0; i < lines.length - 1; i++) {
      boolean good = i == 0 ? lines[i].startsWith(name + ": ") : lines[i].startsWith(" ");
      if (!good || (i > 0 && lines[i].isBlank())) {
        throw new AssertionError("no field, no folding: " + field);
      }
    }
    if (!lines[lines.length - 1].isEmpty()) {
      throw new AssertionError("the field does not end: " + field);
    }
  }

  private static void isPrintable(String text) {
    if (!text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new AssertionError("not printable: " + text);
    }
  }

  private static String encoded(byte[] octets) {
    StringBuilder xtext = new StringBuilder();
    for (byte octet : octets) {
      boolean plain = octet > ' ' && octet < 127 && octet != '+' && octet != '=';
      xtext.append(plain ? "" + (char) octet : String.format("+%02X", octet & 0xff));
    }
    return xtext.toString();
  }

  private static Optional<String> printable(byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c >= ' ' && c <= '~') ? Optional.of(text) : Optional.empty();
  }

  private static void original(byte[] data) {
    OriginalMessage original;
    try {
      original = OriginalMessage.read(new OctetsInMemory(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String header = new String(original.header(), StandardCharsets.ISO_8859_1);
    if (header.contains("\r\n\r\n") || (!header.isEmpty() && !header.endsWith("\n"))) {
      throw new AssertionError("header: " + header);
    }
    if (data.length <= OriginalMessage.MOST_RETURNED) {
      byte[] whole = original.whole().orElseThrow();
      if (!Arrays.equals(Arrays.copyOf(whole, data.length), data)
          || whole.length > data.length + 2) {
        throw new AssertionError("the original was changed");
      }
    }
  }
}
