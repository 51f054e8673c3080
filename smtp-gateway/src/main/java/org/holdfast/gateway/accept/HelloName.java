package org.holdfast.gateway.accept;

/**
 * The name after HELO, EHLO and LHLO: a domain or an address literal (RFC 5321 section 4.1.3). It
 * is echoed and goes into {@code Received:}, so nothing else is taken. As in a path, underscores
 * are let pass; U-labels are not (RFC 6531 section 3.7.1 wants A-labels).
 */
final class HelloName {

  private static final int LABEL = 63;

  private HelloName() {}

  static boolean isGood(String name) {
    if (name.isEmpty() || name.length() > Limits.DOMAIN) {
      return false;
    }
    if (name.charAt(0) == '[') {
      int last = name.length() - 1;
      return name.charAt(last) == ']' && AddressLiteral.isGood(name.substring(1, last));
    }
    for (String label : name.split("\\.", -1)) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLabel(String label) {
    return !label.isEmpty()
        && label.length() <= LABEL
        && label.charAt(0) != '-'
        && label.charAt(label.length() - 1) != '-'
        && label.chars().allMatch(HelloName::isLetterDigitHyphen);
  }

  private static boolean isLetterDigitHyphen(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }
}
