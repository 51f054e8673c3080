package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Target: {@link DataScanner}, whole and cut up, against a naive reading. */
public final class FuzzScanner {

  private FuzzScanner() {}

  private record Scanned(String content, int used, boolean ended, boolean defect) {}

  /** First octet: DATA or BDAT, and how it is cut up; then what comes in. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    boolean dots = data[0] >= 0;
    int piece = Math.max(1, data[0] & 63);
    byte[] octets = Arrays.copyOfRange(data, 1, data.length);
    Scanned naive = naive(new String(octets, StandardCharsets.ISO_8859_1), dots);
    Scanned whole = scan(octets, dots, Math.max(1, octets.length));
    Scanned cut = scan(octets, dots, piece);
    if (!whole.equals(cut) || !whole.equals(naive)) {
      throw new AssertionError(whole + " cut " + cut + " naive " + naive);
    }
  }

  private static Scanned scan(byte[] octets, boolean dots, int piece) {
    DataScanner scanner = dots ? DataScanner.ofData() : DataScanner.ofChunks();
    StringBuilder content = new StringBuilder();
    int used = 0;
    while (used < octets.length && !scanner.ended()) {
      used =
          scanner.scan(
              octets,
              used,
              Math.min(octets.length, used + piece),
              (buffer, from, to) ->
                  content.append(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1)));
    }
    Defect defect = scanner.ended() || !dots ? scanner.defectAtEnd() : null;
    return scanned(content.toString(), used, scanner.ended(), defect != null, dots);
  }

  /** The content counts only where all of it is known and good. */
  private static Scanned scanned(
      @Nullable String content, int used, boolean ended, boolean defect, boolean dots) {
    boolean counts = !defect && (ended || !dots);
    return new Scanned(counts && content != null ? content : "", used, ended, defect);
  }

  private static Scanned naive(String octets, boolean dots) {
    if (!dots) {
      return scanned(octets, octets.length(), false, isBad(octets), false);
    }
    String line = "\r\n" + octets;
    int end = line.indexOf("\r\n.\r\n");
    if (end < 0) {
      return scanned(null, octets.length(), false, false, true);
    }
    String before = line.substring(0, end + 2);
    String content = before.replace("\r\n.", "\r\n").substring(2);
    return scanned(content, end + 3, true, isBad(content), true);
  }

  private static boolean isBad(String content) {
    String stray = content.replace("\r\n", "");
    boolean tooLong =
        Arrays.stream(content.split("\r\n", -1)).anyMatch(l -> l.length() > Limits.TEXT_LINE);
    return tooLong
        || stray.indexOf('\r') >= 0
        || stray.indexOf('\n') >= 0
        || stray.indexOf('\0') >= 0;
  }
}
