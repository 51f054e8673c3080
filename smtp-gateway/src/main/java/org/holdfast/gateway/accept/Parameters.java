package org.holdfast.gateway.accept;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and checks the parameters of MAIL and RCPT (RFC 5321 section 4.1.2). */
final class Parameters {

  private static final int AUTH = 500;
  private static final int ENVID = 100;
  private static final int ORCPT = 500;

  private Parameters() {}

  /** Keywords in upper case with their values, empty for one without a value. */
  static Map<String, String> parse(String text, int from) throws Refusal {
    if (from >= text.length()) {
      return Map.of();
    }
    if (text.charAt(from) != ' ') {
      throw syntax();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String parameter : text.substring(from).trim().split(" +", -1)) {
      put(parameters, parameter);
    }
    return parameters;
  }

  private static void put(Map<String, String> parameters, String parameter) throws Refusal {
    if (parameter.isEmpty()) {
      return;
    }
    int equals = parameter.indexOf('=');
    String keyword = equals < 0 ? parameter : parameter.substring(0, equals);
    String value = equals < 0 ? "" : parameter.substring(equals + 1);
    if (!isKeyword(keyword) || (equals >= 0 && !isValue(value))) {
      throw syntax();
    }
    if (parameters.put(keyword.toUpperCase(Locale.ROOT), value) != null) {
      throw new Refusal(501, "5.5.4", "Parameter given twice");
    }
  }

  /**
   * Checks and removes AUTH, for who offers it: it says who wrote the mail, and may go no further
   * without a login there (RFC 4954 section 5).
   */
  static void takeAuth(Map<String, String> given) throws Refusal {
    if (given.containsKey("AUTH")) {
      xtext(given.getOrDefault("AUTH", ""), AUTH);
      given.remove("AUTH");
    }
  }

  /** What MAIL may have, to be passed on: all but SIZE. */
  static Map<String, String> ofMail(Map<String, String> given) throws Refusal {
    Map<String, String> kept = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      String value = parameter.getValue();
      switch (parameter.getKey()) {
        case "SIZE" -> check(isNumber(value));
        case "BODY" -> kept.put("BODY", oneOf(value, "7BIT", "8BITMIME", "BINARYMIME"));
        case "RET" -> kept.put("RET", oneOf(value, "FULL", "HDRS"));
        case "SMTPUTF8" -> kept.put("SMTPUTF8", oneOf(value, ""));
        case "ENVID" -> kept.put("ENVID", xtext(value, ENVID));
        case "REQUIRETLS" -> kept.put("REQUIRETLS", oneOf(value, ""));
        default -> throw unknown();
      }
    }
    return kept;
  }

  /**
   * What RCPT may have, to be passed on (RFC 3461 section 4).
   *
   * @param international MAIL said SMTPUTF8
   */
  static Map<String, String> ofRecipient(Map<String, String> given, boolean international)
      throws Refusal {
    Map<String, String> kept = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      String value = parameter.getValue();
      switch (parameter.getKey()) {
        case "NOTIFY" -> kept.put("NOTIFY", notify(value));
        case "ORCPT" -> kept.put("ORCPT", originalRecipient(value, international));
        default -> throw unknown();
      }
    }
    return kept;
  }

  /** The size declared; {@link Long#MAX_VALUE} for one beyond reason; 0 for none. */
  static long size(Map<String, String> given) {
    @Nullable String size = given.get("SIZE");
    if (size == null) {
      return 0;
    }
    String digits = size.replaceFirst("^0+(?=.)", "");
    return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  private static boolean isKeyword(String word) {
    boolean good = !word.isEmpty() && word.charAt(0) != '-';
    for (int i = 0; good && i < word.length(); i++) {
      char c = word.charAt(i);
      good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }
    return good;
  }

  private static boolean isValue(String value) {
    boolean good = !value.isEmpty();
    for (int i = 0; good && i < value.length(); i++) {
      char c = value.charAt(i);
      good = c > ' ' && c != '=' && c != 127;
    }
    return good;
  }

  /** RFC 1870 section 3: up to 20 digits. */
  private static boolean isNumber(String value) {
    boolean good = !value.isEmpty() && value.length() <= 20;
    for (int i = 0; good && i < value.length(); i++) {
      good = value.charAt(i) >= '0' && value.charAt(i) <= '9';
    }
    return good;
  }

  /** Without case as ASCII has it: U+017F is no S. */
  private static String oneOf(String value, String... allowed) throws Refusal {
    for (String word : allowed) {
      if (word.equalsIgnoreCase(value) && value.chars().allMatch(c -> c < 128)) {
        return word;
      }
    }
    throw bad();
  }

  private static String notify(String value) throws Refusal {
    check(value.chars().allMatch(c -> c < 128));
    String upper = value.toUpperCase(Locale.ROOT);
    if (upper.equals("NEVER")) {
      return upper;
    }
    for (String when : upper.split(",", -1)) {
      oneOf(when, "SUCCESS", "FAILURE", "DELAY");
    }
    return upper;
  }

  private static String originalRecipient(String value, boolean international) throws Refusal {
    int semicolon = value.indexOf(';');
    check(semicolon > 0 && isKeyword(value.substring(0, semicolon)) && value.length() <= ORCPT);
    String address = value.substring(semicolon + 1);
    if (value.regionMatches(true, 0, "utf-8;", 0, 6)) {
      check(isUnitext(address, international));
    } else {
      xtext(address, ORCPT);
    }
    return value;
  }

  /**
   * RFC 6533 section 3: {@code utf-8-addr-xtext}, or, where SMTPUTF8 was said, {@code
   * utf-8-addr-unitext}.
   */
  private static boolean isUnitext(String address, boolean international) {
    boolean good = !address.isEmpty();
    for (int i = 0; good && i < address.length(); i++) {
      char c = address.charAt(i);
      if (c == '\\') {
        int end = endOfEmbedded(address, i);
        good = end > 0;
        i = end;
      } else {
        good = c > ' ' && c != '+' && c != '=' && (c <= '~' || (c > '\u009f' && international));
      }
    }
    return good;
  }

  /** Place of the brace that ends {@code \x{...}}; -1 if it is none. */
  private static int endOfEmbedded(String address, int from) {
    int end = address.indexOf('}', from);
    if (!address.startsWith("\\x{", from) || end < from + 5 || end > from + 9) {
      return -1;
    }
    for (int i = from + 3; i < end; i++) {
      if (!isHex(address, i)) {
        return -1;
      }
    }
    int point = Integer.parseInt(address.substring(from + 3, end), 16);
    boolean character = point <= Character.MAX_CODE_POINT && (point < 0xD800 || point > 0xDFFF);
    return character ? end : -1;
  }

  /** RFC 3461 section 4: printable ASCII, "+" only before two upper-case hexadecimal digits. */
  private static String xtext(String value, int longest) throws Refusal {
    check(!value.isEmpty() && value.length() <= longest);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      check(c > ' ' && c <= '~' && (c != '+' || (isHex(value, i + 1) && isHex(value, i + 2))));
    }
    return value;
  }

  private static boolean isHex(String value, int i) {
    return i < value.length() && "0123456789ABCDEF".indexOf(value.charAt(i)) >= 0;
  }

  private static void check(boolean good) throws Refusal {
    if (!good) {
      throw bad();
    }
  }

  private static Refusal bad() {
    return new Refusal(501, "5.5.4", "Bad value of a parameter");
  }

  private static Refusal syntax() {
    return new Refusal(501, "5.5.4", "Syntax error in parameters");
  }

  private static Refusal unknown() {
    return new Refusal(555, "5.5.4", "Parameter not recognized or not implemented");
  }
}
