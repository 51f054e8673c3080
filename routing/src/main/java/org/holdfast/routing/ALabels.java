package org.holdfast.routing;

import java.net.IDN;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A domain's letters as A-labels (RFC 5890). Most are mapped by {@link IDN} (IDNA 2003); sharp s
 * and final sigma, which IDNA 2003 maps away and IDNA 2008 keeps, are kept: so do today's mail
 * servers (RFC 5891; UTS 46, nontransitional).
 */
final class ALabels {

  /** Full stops of other scripts (RFC 3490 section 3.1). */
  private static final String DOTS = "[.\u3002\uFF0E\uFF61]";

  private static final char SHARP_S = '\u00DF';
  private static final char CAPITAL_SHARP_S = '\u1E9E';
  private static final char FINAL_SIGMA = '\u03C2';

  private ALabels() {}

  /**
   * Lower case, ASCII only.
   *
   * @throws IllegalArgumentException it cannot be converted
   */
  static String of(String domain) {
    List<String> labels = new ArrayList<>();
    for (String label : Normalizer.normalize(domain, Normalizer.Form.NFC).split(DOTS, -1)) {
      labels.add(label(label));
    }
    return String.join(".", labels);
  }

  private static String label(String label) {
    if (label.indexOf('\u200C') >= 0 || label.indexOf('\u200D') >= 0) {
      throw new IllegalArgumentException("has a joiner, write it as xn--...");
    }
    boolean kept =
        label.chars().anyMatch(c -> c == SHARP_S || c == CAPITAL_SHARP_S || c == FINAL_SIGMA);
    return kept ? kept(label) : IDN.toASCII(label).toLowerCase(Locale.ROOT);
  }

  private static String kept(String label) {
    // Not String.toLowerCase for the sigmas: it decides by what stands around them.
    String lower = Normalizer.normalize(label, Normalizer.Form.NFKC);
    StringBuilder mapped = new StringBuilder();
    lower.codePoints().map(Character::toLowerCase).forEach(mapped::appendCodePoint);
    String text = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    // Whether all the rest of it may stand in a domain, only IDN knows.
    String _ = IDN.toASCII(text.replace(SHARP_S, 's').replace(FINAL_SIGMA, '\u03C3'));
    return "xn--" + punycode(text.codePoints().toArray());
  }

  // ---- RFC 3492, sections 5 and 6

  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;

  private static String punycode(int[] input) {
    StringBuilder output = new StringBuilder();
    for (int c : input) {
      if (c < 0x80) {
        output.append((char) c);
      }
    }
    int basic = output.length();
    if (basic > 0) {
      output.append('-');
    }
    int n = 0x80;
    int delta = 0;
    int bias = 72;
    for (int handled = basic; handled < input.length; n++, delta++) {
      int next = Integer.MAX_VALUE;
      for (int c : input) {
        next = c >= n ? Math.min(next, c) : next;
      }
      delta = Math.addExact(delta, Math.multiplyExact(next - n, handled + 1));
      n = next;
      for (int c : input) {
        delta += c < n ? 1 : 0;
        if (c == n) {
          variableLength(delta, bias, output);
          bias = adapted(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
    }
    return output.toString();
  }

  private static void variableLength(int delta, int bias, StringBuilder output) {
    int q = delta;
    for (int k = BASE; ; k += BASE) {
      int t = Math.clamp((long) k - bias, T_MIN, T_MAX);
      if (q < t) {
        output.append(digit(q));
        return;
      }
      output.append(digit(t + (q - t) % (BASE - t)));
      q = (q - t) / (BASE - t);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int adapted(int delta, int points, boolean first) {
    int d = first ? delta / DAMP : delta / 2;
    d += d / points;
    int k = 0;
    for (; d > (BASE - T_MIN) * T_MAX / 2; k += BASE) {
      d /= BASE - T_MIN;
    }
    return k + (BASE - T_MIN + 1) * d / (d + SKEW);
  }
}
