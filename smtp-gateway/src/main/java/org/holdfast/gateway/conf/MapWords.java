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
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

  private MapWords() {}

  /**
   * {@code local@domain}, or {@code @domain} for a catch-all. Routing brings it to canonical form.
   */
  static String address(String text) {
    var matcher = ADDRESS.matcher(text);
    if (!matcher.matches() || !DOMAIN.matcher(matcher.group("domain")).matches()) {
      throw new IllegalArgumentException("not an address or @domain: " + text);
    }
    return text;
  }

  /** What two spellings of one address have in common. */
  static String sameness(String address) {
    return address.toLowerCase(Locale.ROOT);
  }

  /** Name of a pair or a member. */
  static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("not a name of letters, digits, '-', '_', '.': " + text);
    }
    return text;
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
