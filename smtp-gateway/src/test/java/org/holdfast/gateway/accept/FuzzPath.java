package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Target: {@link PathParser} and {@link HelloName} against {@link AbnfReference}. */
public final class FuzzPath {

  private FuzzPath() {}

  /** Takes text in UTF-8. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (!Utf8.isWellFormed(data) || data.length > Limits.COMMAND_LINE) {
      return;
    }
    String text = new String(data, StandardCharsets.UTF_8);
    PathParser parser = new PathParser(text, 0);
    String found = parser.path();
    if (found != null && found.indexOf('@') < 0 && !found.isEmpty()) {
      if (!found.equalsIgnoreCase("postmaster")) {
        found = null; // a name alone, which the commands refuse
      }
    }
    AbnfReference.Found expected = AbnfReference.path(text, 0);
    if (found != null && found.endsWith("\"")) {
      found = null; // the same, in quotes
    }
    if (!Objects.equals(found, expected == null ? null : expected.mailbox())) {
      throw new AssertionError(text + ": " + found + " instead of " + expected);
    }
    if (found != null && expected != null && parser.at() != expected.end()) {
      throw new AssertionError(text + ": ends at " + parser.at());
    }
    if (HelloName.isGood(text) != AbnfReference.isName(text)) {
      throw new AssertionError("name " + text + ": " + HelloName.isGood(text));
    }
  }
}
