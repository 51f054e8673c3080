package org.holdfast.gateway.conf;

import java.util.Locale;
import java.util.regex.Pattern;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.UserState;

/**
 * Readers of the single values of a map, shared by YAML and CSV; IllegalArgumentException says what
 * is wrong.
 */
final class MapWords {

  /** RFC 5321 section 4.5.3.1: 64 octets of local part, 255 of domain. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<local>\"[^\\p{Cntrl}]{0,62}\"|[^\\s\\p{Cntrl}@\"]{0,64})@(?<domain>[^@]+)");

  private static final Pattern DOMAIN =
      Pattern.compile(
          "(?=.{1,255}$)[\\p{L}\\p{N}\\p{M}_-]{1,63}(\\.[\\p{L}\\p{N}\\p{M}_-]{1,63})*");

  private static final int MAX_LOCAL = 64;
  private static final int MAX_DOMAIN = 255;
  private static final int MAX_LABEL = 63;
  private static final int MAX_NAME = 63;

  private MapWords() {}

  /**
   * {@code local@domain}, or {@code @domain} for a catch-all. Routing brings it to canonical form.
   */
  static String address(String text) {
    if (plainAddress(text)) {
      return text;
    }
    var matcher = ADDRESS.matcher(text);
    if (!matcher.matches() || !DOMAIN.matcher(matcher.group("domain")).matches()) {
      throw new IllegalArgumentException("not an address or @domain: " + text);
    }
    return text;
  }

  /** What nearly all addresses look like, told without a pattern: some millions are read. */
  private static boolean plainAddress(String text) {
    int at = text.indexOf('@');
    if (at < 0 || at > MAX_LOCAL || text.length() - at - 1 > MAX_DOMAIN) {
      return false;
    }
    for (int i = 0; i < at; i++) {
      if (!wordCharacter(text.charAt(i)) && text.charAt(i) != '.') {
        return false;
      }
    }
    return plainDomain(text, at + 1);
  }

  private static boolean plainDomain(String text, int begin) {
    int label = 0;
    for (int i = begin; i < text.length(); i++) {
      boolean dot = text.charAt(i) == '.';
      if (dot ? label == 0 : !wordCharacter(text.charAt(i))) {
        return false;
      }
      label = dot ? 0 : label + 1;
      if (label > MAX_LABEL) {
        return false;
      }
    }
    return label > 0;
  }

  private static boolean alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean wordCharacter(char c) {
    return alphanumeric(c) || c == '_' || c == '-';
  }

  /** What two spellings of one address have in common. */
  static String sameness(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  /** Name of a pair or a member. */
  static String name(String text) {
    if (!isName(text)) {
      throw new IllegalArgumentException("not a name of letters, digits, '-', '_', '.': " + text);
    }
    return text;
  }

  private static boolean isName(String text) {
    if (text.isEmpty() || text.length() > MAX_NAME || !alphanumeric(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (!wordCharacter(text.charAt(i)) && text.charAt(i) != '.') {
        return false;
      }
    }
    return true;
  }

  static UserState state(String text) {
    return UserState.of(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "not a state (active, moving, recovering, closed): " + text));
  }

  static HostPort hostPort(String text) {
    return HostPort.parse(text);
  }
}
