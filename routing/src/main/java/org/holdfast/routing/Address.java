package org.holdfast.routing;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A mail address in the map's canonical form, or {@code @domain} for a whole domain (then {@link
 * #local} is empty). Immutable.
 *
 * <p>The rules, in one place:
 *
 * <ul>
 *   <li>The local part is compared without case: lower case by {@link Locale#ROOT}, NFC when it is
 *       not ASCII (RFC 6532 section 3.1). A quoted local part that needs no quotes loses them (RFC
 *       5321 section 4.1.2), any other is kept quoted with the fewest backslashes.
 *   <li>The domain is in lower case, as A-labels (RFC 5890); letters, digits and hyphens only. The
 *       mapping is {@link ALabels}'.
 *   <li>Address literals ({@code [192.0.2.1]}) have no place in the map.
 * </ul>
 */
public final class Address {

  /** Longest address in octets of UTF-8: 64 + "@" + 255 (RFC 5321 section 4.5.3.1). */
  public static final int MAX_OCTETS = 320;

  /** Longest local part of an entry of the map, in octets of UTF-8 (RFC 5321 section 4.5.3.1.1). */
  static final int MAX_LOCAL = 64;

  static final int MAX_DOMAIN = 253;
  static final int MAX_LABEL = 63;

  private final String written;
  private final String local;
  private final String domain;

  /** The canonical form if it is known already. */
  private final @Nullable String canonical;

  private Address(String written, String local, String domain) {
    this(written, local, domain, null);
  }

  private Address(String written, String local, String domain, @Nullable String canonical) {
    this.written = written;
    this.local = local;
    this.domain = domain;
    this.canonical = canonical;
  }

  /**
   * Reads an address without angle brackets, or {@code @domain}.
   *
   * @throws IllegalArgumentException with a message for people when it is neither
   */
  public static Address parse(String text) {
    Address plain = plain(text);
    return plain != null ? plain : parseAny(text);
  }

  /**
   * Reads the address of an entry of the map: as {@link #parse}, but the local part has its limit
   * too. A recipient may be longer, by its subaddress.
   *
   * @throws IllegalArgumentException with a message for people when it is none
   */
  public static Address ofEntry(String text) {
    Address address = parse(text);
    if (address.local.length() > MAX_LOCAL || octets(address.local) > MAX_LOCAL) {
      throw malformed(text, "the part before the @ is longer than " + MAX_LOCAL + " octets");
    }
    return address;
  }

  private static Address parseAny(String text) {
    if (octets(text) > MAX_OCTETS) {
      throw new IllegalArgumentException("address is longer than " + MAX_OCTETS + " octets");
    }
    int at = text.lastIndexOf('@');
    if (at < 0) {
      throw malformed(text, "has no @");
    }
    String written = localPart(text, text.substring(0, at));
    return new Address(written, folded(written), domainOf(text, text.substring(at + 1)));
  }

  /**
   * The canonical form of a domain.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static String domain(String text) {
    return domainOf(text, text);
  }

  /** The local part as the map compares it, without quotes; empty for a whole domain. */
  public String local() {
    return local;
  }

  /** Lower-case A-labels. */
  public String domain() {
    return domain;
  }

  /** True for {@code @domain}. */
  public boolean wholeDomain() {
    return local.isEmpty();
  }

  /** The domain's own entry: {@code @domain}. */
  public String ofDomain() {
    return "@" + domain;
  }

  /** The same local part, as it was written, at another domain. */
  Address at(String otherDomain) {
    return new Address(written, local, otherDomain);
  }

  /**
   * Where the subaddress begins in the local part, or -1. A separator in front separates nothing.
   */
  private int separator(String separator) {
    int found = separator.isEmpty() ? -1 : written.indexOf(separator);
    return found > 0 ? found : -1;
  }

  /** The address without its subaddress; the same object when there is none. */
  Address withoutDetail(String separator) {
    int at = separator(separator);
    return at < 0
        ? this
        : new Address(written.substring(0, at), folded(written.substring(0, at)), domain);
  }

  /** Separator and subaddress as they were written; empty when there is none. */
  String detail(String separator) {
    int at = separator(separator);
    return at < 0 ? "" : written.substring(at);
  }

  /** This address, its subaddress replaced by the one given unless it has one itself. */
  Address withDetail(String detail, String separator) {
    if (detail.isEmpty() || separator(separator) >= 0) {
      return this;
    }
    return new Address(written + detail, folded(written + detail), domain);
  }

  /** For the wire: canonical, but the subaddress as it was written. */
  String deliverable(String separator) {
    String detail = detail(separator);
    return quoted(withoutDetail(separator).local + detail) + "@" + domain;
  }

  /** The canonical form. */
  @Override
  public String toString() {
    return canonical != null ? canonical : quoted(local) + "@" + domain;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address a && a.local.equals(local) && a.domain.equals(domain);
  }

  @Override
  public int hashCode() {
    return 31 * local.hashCode() + domain.hashCode();
  }

  private static String folded(String local) {
    if (ascii(local)) {
      return local.toLowerCase(Locale.ROOT);
    }
    return Normalizer.normalize(local.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
  }

  // ---- canonical already

  /** What is in the canonical form already and has nothing unusual, as nearly all; else null. */
  private static @Nullable Address plain(String text) {
    int at = text.indexOf('@');
    if (at <= 0
        || text.length() > MAX_OCTETS
        || !plainLocal(text, at)
        || !plainDomain(text, at + 1)) {
      return null;
    }
    String local = text.substring(0, at);
    return new Address(local, local, text.substring(at + 1), text);
  }

  /** Words of lower case with one dot between them. */
  private static boolean plainLocal(String text, int end) {
    boolean word = false;
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '.' ? !word : !plainLocal(c)) {
        return false;
      }
      word = c != '.';
    }
    return word;
  }

  private static boolean plainLocal(char c) {
    return ldh(c) || c == '_' || c == '+' || c == '=';
  }

  /** Labels as {@link #requireLabel} wants them. */
  private static boolean plainDomain(String text, int begin) {
    int end = text.length();
    int label = begin;
    for (int i = begin; i <= end; i++) {
      if (i < end && text.charAt(i) != '.') {
        if (!ldh(text.charAt(i))) {
          return false;
        }
      } else if (!plainLabel(text, label, i)) {
        return false;
      } else {
        label = i + 1;
      }
    }
    return end - begin <= MAX_DOMAIN;
  }

  private static boolean plainLabel(String text, int begin, int end) {
    return begin < end
        && end - begin <= MAX_LABEL
        && text.charAt(begin) != '-'
        && text.charAt(end - 1) != '-';
  }

  // ---- local part

  private static String localPart(String text, String local) {
    if (local.isEmpty()) {
      return local;
    }
    String content = local.startsWith("\"") ? unquoted(text, local) : local;
    if (!local.startsWith("\"") && !dotAtom(local)) {
      throw malformed(text, "the part before the @ is not a dot-atom; quote it if it is meant so");
    }
    return ascii(content) ? content : Normalizer.normalize(content, Normalizer.Form.NFC);
  }

  private static String unquoted(String text, String local) {
    if (local.length() < 3 || !local.endsWith("\"")) {
      throw malformed(text, "the quoted part before the @ is empty or not closed");
    }
    StringBuilder content = new StringBuilder(local.length());
    int end = local.length() - 1;
    for (int i = 1; i < end; i++) {
      char c = local.charAt(i);
      if (c == '\\') {
        i++;
        c = i < end ? local.charAt(i) : '"';
      } else if (c == '"') {
        throw malformed(text, "a quote inside the quoted part needs a backslash");
      }
      if (i >= end || unprintable(c)) {
        throw malformed(
            text, "the quoted part before the @ ends wrongly or has a control character");
      }
      content.append(c);
    }
    requireWholeCharacters(text, content);
    return content.toString();
  }

  private static void requireWholeCharacters(String text, CharSequence content) {
    if (content.codePoints().anyMatch(p -> p >= 0xD800 && p <= 0xDFFF)) {
      throw malformed(text, "has half of a character");
    }
  }

  /** RFC 5322 section 3.2.3, with the additions of RFC 6532. */
  private static boolean dotAtom(String local) {
    if (local.isEmpty() || local.startsWith(".") || local.endsWith(".") || local.contains("..")) {
      return false;
    }
    return local.codePoints().allMatch(Address::atomText);
  }

  private static boolean atomText(int c) {
    if (c >= 0x80) {
      return c >= 0xA0 && Character.isDefined(c) && !Character.isSpaceChar(c) && !surrogate(c);
    }
    return c > ' ' && c != 0x7F && "()<>[]:;@\\,\"".indexOf(c) < 0;
  }

  private static boolean surrogate(int c) {
    return c >= 0xD800 && c <= 0xDFFF;
  }

  private static boolean unprintable(char c) {
    return c < ' ' || (c >= 0x7F && c < 0xA0);
  }

  private static String quoted(String local) {
    if (local.isEmpty() || dotAtom(local)) {
      return local;
    }
    return "\"" + local.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  // ---- domain

  private static String domainOf(String text, String domain) {
    if (domain.startsWith("[")) {
      throw malformed(text, "an address literal is no domain of ours");
    }
    String labels = ascii(domain) ? domain.toLowerCase(Locale.ROOT) : aLabels(text, domain);
    if (labels.isEmpty() || labels.length() > MAX_DOMAIN) {
      throw malformed(text, "the domain is empty or longer than " + MAX_DOMAIN + " octets");
    }
    for (String label : labels.split("\\.", -1)) {
      requireLabel(text, label);
    }
    return labels;
  }

  private static String aLabels(String text, String domain) {
    try {
      return ALabels.of(domain);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new IllegalArgumentException(shown(text) + ": not an internationalized domain", e);
    }
  }

  /** RFC 5321 section 4.1.2, sub-domain. */
  private static void requireLabel(String text, String label) {
    if (label.isEmpty() || label.length() > MAX_LABEL) {
      throw malformed(text, "a label of the domain is empty or longer than " + MAX_LABEL);
    }
    if (label.startsWith("-") || label.endsWith("-") || !label.chars().allMatch(Address::ldh)) {
      throw malformed(text, "the domain may have letters, digits and inner hyphens only");
    }
  }

  private static boolean ldh(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }

  // ---- words

  private static boolean ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static int octets(String text) {
    return text.length() > MAX_OCTETS
        ? Integer.MAX_VALUE
        : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static IllegalArgumentException malformed(String text, String why) {
    return new IllegalArgumentException("not an address: " + shown(text) + ": " + why);
  }

  /** Control characters of a bad address must not reach a log or a terminal. */
  private static String shown(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
