package org.holdfast.gateway.accept;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths and parameters as the ABNF of RFC 5321 section 4.1.2 has them, slow and by the letter, with
 * what this server lets pass: the underscore in domains, and spaces before the path.
 */
final class AbnfReference {

  private static final String NOT_ASCII = "\\x{a0}-\\x{10ffff}";
  private static final String ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~" + NOT_ASCII + "-]";
  private static final String DOT_STRING = ATEXT + "+(?:\\." + ATEXT + "+)*";
  private static final String QUOTED = "\"(?:[ !#-\\[\\]-~" + NOT_ASCII + "]|\\\\[ -~])*\"";
  private static final String LABEL_OTHER =
      "[" + NOT_ASCII + "&&[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Z}]]|\u200c|\u200d";
  private static final String LABEL =
      "(?:[A-Za-z0-9_]|" + LABEL_OTHER + ")(?:[A-Za-z0-9_-]|" + LABEL_OTHER + ")*(?<!-)";
  private static final String DOMAIN = LABEL + "(?:\\." + LABEL + ")*";
  private static final String SNUM = "(?:[01]?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])";
  private static final String IPV4 = SNUM + "(?:\\." + SNUM + "){3}";
  private static final String HEX = "[0-9A-Fa-f]{1,4}";
  private static final String LITERAL = "\\[(?:" + IPV4 + "|[Ii][Pp][Vv]6:(?:" + ipv6() + "))\\]";
  private static final Pattern PATH =
      Pattern.compile(
          "<(?:@"
              + DOMAIN
              + "(?:,@"
              + DOMAIN
              + ")*:)?((?:"
              + DOT_STRING
              + "|"
              + QUOTED
              + ")@(?:"
              + DOMAIN
              + "|"
              + LITERAL
              + "))>");
  private static final Pattern NAME = Pattern.compile(DOMAIN + "|" + LITERAL);
  private static final Pattern LONG_LABEL = Pattern.compile("(?:^|[.@])[^.@:,\\[\\]\"<>]{64,}");

  private AbnfReference() {}

  /** The six productions of IPv6-addr, with all numbers of groups spelt out. */
  private static String ipv6() {
    StringBuilder all = new StringBuilder();
    all.append(HEX).append("(?::").append(HEX).append("){7}");
    all.append("|(?:").append(HEX).append(":){6}").append(IPV4);
    for (int before = 0; before <= 6; before++) {
      String left = before == 0 ? "" : HEX + "(?::" + HEX + "){" + (before - 1) + "}";
      String right = "(?:" + HEX + "(?::" + HEX + "){0," + Math.max(0, 5 - before) + "})?";
      all.append('|').append(left).append("::").append(before == 6 ? "" : right);
      if (before <= 4) {
        String more = "(?:" + HEX + ":){0," + (4 - before) + "}";
        all.append('|').append(left).append("::").append(more).append(IPV4);
      }
    }
    return all.toString();
  }

  /** The mailbox and the place after it; null when there is no path. */
  static @Nullable Found path(String text, int from) {
    if (text.startsWith("<>", from)) {
      return new Found("", from + 2);
    }
    if (text.regionMatches(true, from, "<postmaster>", 0, 12) && isAscii(text, from + 11)) {
      return new Found(text.substring(from + 1, from + 11), from + 12);
    }
    Matcher matcher = PATH.matcher(text).region(from, text.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    String mailbox = matcher.group(1);
    String domains = matcher.group().replaceFirst("\"(?:[^\"\\\\]|\\\\.)*\"", "");
    boolean fits = utf8(mailbox) <= 254 && !hasLongLabel(domains);
    return fits ? new Found(mailbox, matcher.end()) : null;
  }

  record Found(String mailbox, int end) {}

  private static boolean isAscii(String text, int to) {
    return text.substring(0, to).chars().allMatch(c -> c < 128);
  }

  /** In what stands behind an at sign. */
  private static boolean hasLongLabel(String path) {
    boolean domain = false;
    int length = 0;
    for (int i = 1; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '@') {
        domain = true;
        length = 0;
      } else if (c == '.' || c == ',' || c == ':' || c == '>') {
        domain &= c == '.';
        length = 0;
      } else if (c == '[') {
        return false;
      } else if (domain && ++length > 63) {
        return true;
      }
    }
    return false;
  }

  static boolean isName(String name) {
    return name.length() <= 255
        && name.chars().allMatch(c -> c < 128)
        && NAME.matcher(name).matches()
        && (name.startsWith("[") || !LONG_LABEL.matcher(name).find());
  }

  static int utf8(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  // ---- parameters

  private static final String XTEXT = "(?:[!-*,-<>-~]|\\+[0-9A-F]{2})";
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\\x00- =\\x7f]+))?");
  private static final Pattern SIZE = Pattern.compile("[0-9]{1,20}");
  private static final Pattern ENVID = Pattern.compile(XTEXT + "{1,100}");
  private static final Pattern NOTIFY =
      Pattern.compile("(?i)NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*");
  private static final Pattern ORCPT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*;" + XTEXT + "+");
  private static final String EMBEDDED = "\\\\x\\{(?:[0-9A-F]{2,5}|10[0-9A-F]{4})\\}";
  private static final Pattern ORCPT_UTF8 =
      Pattern.compile("(?i:utf-8);(?:[!-*,-<>-\\[\\]-~" + NOT_ASCII + "]|" + EMBEDDED + ")+");

  /** 501 or 555; 0 when the parameters are good. */
  static int mail(String text, int from, boolean extended) {
    int code = 0;
    java.util.Set<String> seen = new java.util.HashSet<>();
    for (String parameter : words(text, from)) {
      Matcher m = PARAMETER.matcher(parameter);
      if (!m.matches() || !seen.add(m.group(1).toUpperCase(java.util.Locale.ROOT))) {
        return 501;
      }
      if (code == 0) {
        code = mail(m.group(1).toUpperCase(java.util.Locale.ROOT), m.group(2));
      }
    }
    return !seen.isEmpty() && !extended ? 555 : code;
  }

  private static int mail(String keyword, @Nullable String value) {
    boolean good =
        switch (keyword) {
          case "SIZE" -> value != null && SIZE.matcher(value).matches();
          case "BODY" -> value != null && value.matches("(?i)7BIT|8BITMIME|BINARYMIME");
          case "RET" -> value != null && value.matches("(?i)FULL|HDRS");
          case "SMTPUTF8", "REQUIRETLS" -> value == null;
          case "ENVID" -> value != null && value.length() <= 100 && ENVID.matcher(value).matches();
          default -> true;
        };
    boolean known =
        java.util.List.of("SIZE", "BODY", "RET", "SMTPUTF8", "ENVID", "REQUIRETLS")
            .contains(keyword);
    return known ? (good ? 0 : 501) : 555;
  }

  static int rcpt(String text, int from, boolean extended, boolean international) {
    int code = 0;
    java.util.Set<String> seen = new java.util.HashSet<>();
    for (String parameter : words(text, from)) {
      Matcher m = PARAMETER.matcher(parameter);
      if (!m.matches() || !seen.add(m.group(1).toUpperCase(java.util.Locale.ROOT))) {
        return 501;
      }
      if (code == 0) {
        code = rcpt(m.group(1).toUpperCase(java.util.Locale.ROOT), m.group(2), international);
      }
    }
    return !seen.isEmpty() && !extended ? 555 : code;
  }

  private static int rcpt(String keyword, @Nullable String given, boolean international) {
    String value = given == null ? "" : given;
    boolean ascii = value.chars().allMatch(c -> c < 128);
    return switch (keyword) {
      case "NOTIFY" -> NOTIFY.matcher(value).matches() ? 0 : 501;
      case "ORCPT" -> {
        boolean utf8 = value.regionMatches(true, 0, "utf-8;", 0, 6);
        boolean good =
            utf8
                ? ORCPT_UTF8.matcher(value).matches()
                    && (ascii || international)
                    && !value.matches("(?s).*\\\\x\\{0*D[89A-F][0-9A-F]{2}\\}.*")
                : ORCPT.matcher(value).matches();
        yield good && value.length() <= 500 ? 0 : 501;
      }
      default -> 555;
    };
  }

  /** One that is empty for text that does not begin with a space. */
  private static java.util.List<String> words(String text, int from) {
    java.util.List<String> words = new java.util.ArrayList<>();
    if (from < text.length() && text.charAt(from) != ' ') {
      return java.util.List.of("");
    }
    for (String word : text.substring(from).split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }
}
