package org.holdfast.gateway.conf;

import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;
import org.holdfast.routing.Address;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;

/**
 * One entry of a map, of whatever kind, so that a file and a map can be compared. A value that is
 * empty was not said.
 *
 * @param key its name, so that entries sort as the map gives them out: of a user {@code
 *     example.com@alice}
 */
public record MapEntry(Kind kind, String key, List<String> values) {

  /** The order of the dump. */
  public enum Kind {
    PAIR,
    DOMAIN,
    HOLD,
    USER,
    ALIAS;

    /** What the values are. */
    public List<String> names() {
      return switch (this) {
        case PAIR -> List.of("members", "active", "state");
        case USER -> List.of("pair", "state", "to", "priority");
        case ALIAS -> List.of("to");
        case DOMAIN, HOLD -> List.of();
      };
    }
  }

  /** By kind, then by key, octet by octet as UTF-8. */
  public static final Comparator<MapEntry> ORDER =
      Comparator.comparing(MapEntry::kind).thenComparing(MapEntry::key, MapEntry::byCodePoints);

  /** The value at this place of {@link Kind#names}. */
  public String value(int at) {
    return values.get(at);
  }

  public static MapEntry of(Pair pair) {
    StringJoiner members = new StringJoiner(" ");
    for (Member member : pair.members()) {
      String imap = member.imap() == null ? "" : ",imap=" + member.imap();
      members.add(member.name() + "=" + member.lmtp() + imap);
    }
    String state = pair.onHold() ? "hold" : "active";
    return new MapEntry(Kind.PAIR, pair.name(), List.of(members.toString(), pair.active(), state));
  }

  public static MapEntry ofDomain(String domain) {
    return new MapEntry(Kind.DOMAIN, domain, List.of());
  }

  public static MapEntry of(DomainHold hold) {
    return new MapEntry(Kind.HOLD, hold.domain(), List.of());
  }

  public static MapEntry of(UserChange user) {
    String pair = user.pair() == null ? "" : user.pair();
    String state = user.state() == null ? "" : user.state().word();
    String to = user.to() == null || user.to().equals(pair) ? "" : user.to();
    Integer asked = user.priority();
    String priority = asked == null ? "" : asked.toString();
    return new MapEntry(Kind.USER, key(user.address()), List.of(pair, state, to, priority));
  }

  public static MapEntry of(Alias alias) {
    String to = Address.parse(alias.to()).toString();
    return new MapEntry(Kind.ALIAS, key(alias.from()), List.of(to));
  }

  private static String key(String written) {
    String address = Address.parse(written).toString();
    int at = address.lastIndexOf('@');
    return address.substring(at + 1) + "@" + address.substring(0, at);
  }

  /** What people call it. */
  public String name() {
    int at = key.indexOf('@');
    return switch (kind) {
      case USER, ALIAS -> key.substring(at + 1) + "@" + key.substring(0, at);
      default -> key;
    };
  }

  /** As the octets of UTF-8 compare: UTF-16 has what is beyond U+FFFF before U+E000. */
  static int byCodePoints(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        return Integer.compare(rank(a), rank(b));
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }
}
