package org.holdfast.gateway.conf;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How sizes ({@code 50MiB}) and times ({@code 30s}) are written. */
public final class Units {

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");
  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Units() {}

  /** Bytes of {@code 512}, {@code 64KiB}, {@code 50MiB}, {@code 50GiB}, {@code 2TiB}. */
  public static long size(String text) {
    return product(text, BYTES, "a size such as 50MiB (B, KiB, MiB, GiB, TiB)");
  }

  /** The time of {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}. */
  public static Duration time(String text) {
    return text.equals("0")
        ? Duration.ZERO
        : Duration.ofMillis(product(text, MILLIS, "a time such as 30s (ms, s, m, h, d)"));
  }

  private static long product(String text, Map<String, Long> units, String expected) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("not " + expected + ": " + text);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too large: " + text, e);
    }
  }

  /** A size as people read it, such as {@code 1.5GiB}. */
  public static String show(long bytes) {
    String[] names = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < names.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean whole = value == Math.rint(value);
    return whole ? (long) value + names[unit] : "%.1f%s".formatted(value, names[unit]);
  }
}
