package org.holdfast.gateway.accept;

/**
 * What stands between the brackets of an address literal (RFC 5321 section 4.1.3): an IPv4 address,
 * or an IPv6 address after {@code IPv6:}. Other tags must be registered with IANA, and none is.
 */
final class AddressLiteral {

  private static final String IPV6 = "IPv6:";
  private static final int GROUPS = 8;

  /** {@code ::} stands for two groups at least. */
  private static final int GROUPS_BESIDE_GAP = 6;

  private AddressLiteral() {}

  static boolean isGood(String inside) {
    if (inside.chars().anyMatch(c -> c > '~')) {
      return false; // U+0131 is an I without case
    }
    return inside.regionMatches(true, 0, IPV6, 0, IPV6.length())
        ? isIpv6(inside.substring(IPV6.length()))
        : isIpv4(inside);
  }

  /** Four numbers of one to three digits, leading zeros included. */
  private static boolean isIpv4(String text) {
    String[] numbers = text.split("\\.", -1);
    boolean good = numbers.length == 4;
    for (int i = 0; good && i < numbers.length; i++) {
      String number = numbers[i];
      good =
          !number.isEmpty()
              && number.length() <= 3
              && number.chars().allMatch(c -> c >= '0' && c <= '9')
              && Integer.parseInt(number) <= 255;
    }
    return good;
  }

  private static boolean isIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text, true) == GROUPS;
    }
    String before = text.substring(0, gap);
    String after = text.substring(gap + 2);
    int first = before.isEmpty() ? 0 : groups(before, false);
    int last = after.isEmpty() ? 0 : groups(after, true);
    return first >= 0 && last >= 0 && first + last <= GROUPS_BESIDE_GAP;
  }

  /**
   * How many groups of 16 bits; negative if the text is none. An IPv4 address at the end is two.
   */
  private static int groups(String text, boolean mayEndInIpv4) {
    String[] parts = text.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      if (last && mayEndInIpv4 && parts[i].indexOf('.') >= 0 && isIpv4(parts[i])) {
        count += 2;
      } else if (isGroup(parts[i])) {
        count++;
      } else {
        return -1;
      }
    }
    return count;
  }

  private static boolean isGroup(String text) {
    return !text.isEmpty()
        && text.length() <= 4
        && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
  }
}
