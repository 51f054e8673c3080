package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;

/** Target: {@link Parameters} against {@link AbnfReference}. */
public final class FuzzParameters {

  private FuzzParameters() {}

  /** Takes text in UTF-8. */
  public static void fuzzerTestOneInput(byte[] data) {
    boolean line = true;
    for (byte octet : data) {
      line &= octet < 0 || (octet >= ' ' && octet != 127);
    }
    if (!line || !Utf8.isWellFormed(data) || data.length > Limits.COMMAND_LINE) {
      return;
    }
    String text = new String(data, StandardCharsets.UTF_8);
    if (hasC1(text)) {
      return;
    }
    check("MAIL " + text, mail(text), AbnfReference.mail(text, 0, true));
    check("RCPT " + text, recipient(text, false), AbnfReference.rcpt(text, 0, true, false));
    check("RCPT " + text, recipient(text, true), AbnfReference.rcpt(text, 0, true, true));
  }

  private static boolean hasC1(String text) {
    return text.chars().anyMatch(c -> c >= 0x80 && c <= 0x9f);
  }

  private static int mail(String text) {
    try {
      var given = Parameters.parse(text, 0);
      var _ = Parameters.ofMail(given);
      if (Parameters.size(given) < 0) {
        throw new AssertionError("negative size");
      }
      return 0;
    } catch (Refusal refusal) {
      return refusal.reply().code();
    }
  }

  private static int recipient(String text, boolean international) {
    try {
      var _ = Parameters.ofRecipient(Parameters.parse(text, 0), international);
      return 0;
    } catch (Refusal refusal) {
      return refusal.reply().code();
    }
  }

  private static void check(String text, int found, int expected) {
    if (found != expected) {
      throw new AssertionError(text + ": " + found + " instead of " + expected);
    }
  }
}
