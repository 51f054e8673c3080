package org.holdfast.gateway.accept;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the {@code NAME=value} words of XCLIENT and XFORWARD (Postfix's XCLIENT_README and
 * XFORWARD_README).
 */
final class ClientAttributes {

  static final String UNAVAILABLE = "[UNAVAILABLE]";
  static final String TEMPORARILY_UNAVAILABLE = "[TEMPUNAVAIL]";

  /** Octets of one value, encoded. As in Postfix. */
  static final int VALUE = 255;

  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
              + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*");
  private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:]{2,45}");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
  private static final String IPV6 = "IPV6:";

  private ClientAttributes() {}

  /**
   * The attributes with decoded values, upper-case names.
   *
   * @param known the names that may be given
   */
  static Map<String, String> parse(String argument, List<String> known) throws Refusal {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String word : argument.trim().split(" +", -1)) {
      int equals = word.indexOf('=');
      if (equals < 1 || equals == word.length() - 1) {
        throw new Refusal(501, "5.5.4", "attribute=value expected");
      }
      String name = word.substring(0, equals).toUpperCase(Locale.ROOT);
      if (!known.contains(name)) {
        throw new Refusal(501, "5.5.4", "Bad attribute name");
      }
      attributes.put(name, value(word.substring(equals + 1)));
    }
    return attributes;
  }

  /** What is not well-formed xtext stands for itself, as in Postfix: nginx encodes nothing. */
  private static String value(String raw) throws Refusal {
    if (raw.length() > VALUE) {
      throw new Refusal(501, "5.5.4", "Attribute value too long");
    }
    String decoded = decoded(raw);
    StringBuilder printable = new StringBuilder(decoded);
    for (int i = 0; i < decoded.length(); i++) {
      char c = decoded.charAt(i);
      if (c < ' ' || c > '~') {
        printable.setCharAt(i, '?');
      }
    }
    return printable.toString();
  }

  /** RFC 3461 section 4. */
  private static String decoded(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '+') {
        if (i + 2 >= raw.length()
            || !HexFormat.isHexDigit(raw.charAt(i + 1))
            || !HexFormat.isHexDigit(raw.charAt(i + 2))) {
          return raw;
        }
        c = (char) HexFormat.fromHexDigits(raw, i + 1, i + 3);
        i += 2;
      }
      text.append(c);
    }
    return text.toString();
  }

  static boolean isUnavailable(String value) {
    return value.equalsIgnoreCase(UNAVAILABLE);
  }

  static String host(String attribute, String value) throws Refusal {
    if (!HOST.matcher(value).matches()) {
      throw bad(attribute);
    }
    return value;
  }

  /** An address literal; IPv6 with or without its prefix. */
  static InetAddress address(String attribute, String value) throws Refusal {
    boolean marked = value.regionMatches(true, 0, IPV6, 0, IPV6.length());
    String text = marked ? value.substring(IPV6.length()) : value;
    byte[] octets =
        ADDRESS.matcher(text).matches() ? NetUtil.createByteArrayFromIpAddressString(text) : null;
    if (octets == null || (marked && text.indexOf(':') < 0)) {
      throw bad(attribute);
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + Arrays.toString(octets), e);
    }
  }

  static int port(String attribute, String value) throws Refusal {
    int port = PORT.matcher(value).matches() ? Integer.parseInt(value) : -1;
    if (port < 0 || port > 65535) {
      throw bad(attribute);
    }
    return port;
  }

  static Refusal bad(String attribute) {
    return new Refusal(501, "5.5.4", "Bad " + attribute + " syntax");
  }
}
