package org.holdfast.gateway.deliver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/** Writes MAIL and RCPT. What could end a line or begin another argument is never written. */
final class Commands {

  /** Longest id that TRACE takes, in octets (Cyrus: MAX_TRACEID_SIZE). */
  private static final int MOST_TRACE = 255;

  private Commands() {}

  /**
   * TRACE with the id, where that is offered. Not part of the transaction: whatever it is answered,
   * the mail goes on (Cyrus, docs/reference/extensions/lmtp).
   *
   * @return whether it was written, so that a reply will come
   */
  static boolean trace(ByteBuf out, String id, Offer offer) {
    boolean said = offer.trace() && isTraceId(id);
    if (said) {
      write(out, "TRACE " + id + "\r\n");
    }
    return said;
  }

  /** The alphabet of base64url and the dot. */
  private static boolean isTraceId(String id) {
    return !id.isEmpty()
        && id.length() <= MOST_TRACE
        && id.chars()
            .allMatch(
                c -> c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.'));
  }

  /** MAIL FROM with those of the envelope's parameters that the backend offered to understand. */
  static void mail(ByteBuf out, Envelope envelope, Fit.Fits fit, Offer offer) {
    write(out, "MAIL FROM:<");
    write(out, envelope.reversePath());
    write(out, ">");
    if (offer.size()) {
      write(out, " SIZE=" + fit.content().size());
    }
    if (fit.utf8()) {
      write(out, " SMTPUTF8");
    }
    if (!fit.body().isEmpty()) {
      write(out, " BODY=" + fit.body());
    }
    Map<String, String> parameters = envelope.parameters();
    if (!parameters.isEmpty()) {
      pass(out, offer.dsn(), "RET", parameters);
      pass(out, offer.dsn(), "ENVID", parameters);
    }
    write(out, "\r\n");
  }

  /**
   * RCPT TO with NOTIFY and ORCPT where DSN is offered (RFC 3461). What waited with us must not be
   * refused because its mailbox filled up meanwhile: it says IGNOREQUOTA where that is offered
   * (draft-murchison-lmtp-ignorequota).
   */
  static void rcpt(ByteBuf out, Recipient recipient, Transaction.Origin origin, Offer offer) {
    write(out, "RCPT TO:<");
    write(out, recipient.address());
    write(out, ">");
    if (origin == Transaction.Origin.QUEUE && offer.ignoreQuota()) {
      write(out, " IGNOREQUOTA");
    }
    Map<String, String> parameters = recipient.parameters();
    if (!parameters.isEmpty()) {
      pass(out, offer.dsn(), "NOTIFY", parameters);
      pass(out, offer.dsn(), "ORCPT", offer.smtpUtf8() ? parameters : inAscii(parameters));
    }
    write(out, "\r\n");
  }

  /** RFC 6533 section 3: without SMTPUTF8 what is not ASCII stands as {@code \x{HEX}}. */
  private static Map<String, String> inAscii(Map<String, String> parameters) {
    String address = parameters.getOrDefault("ORCPT", "");
    if (isAscii(address)) {
      return parameters;
    }
    StringBuilder escaped = new StringBuilder(address.length());
    address
        .codePoints()
        .forEach(c -> escaped.append(c < 128 ? Character.toString(c) : "\\x{%X}".formatted(c)));
    return Map.of("ORCPT", escaped.toString());
  }

  static void data(ByteBuf out) {
    write(out, "DATA\r\n");
  }

  private static void pass(
      ByteBuf out, boolean offered, String key, Map<String, String> parameters) {
    String value = parameters.get(key);
    if (offered && value != null && isValue(value)) {
      write(out, " " + key + "=" + value);
    }
  }

  /** Whether the octets stay one argument (esmtp-value, RFC 5321 section 4.1.2, and UTF-8). */
  private static boolean isValue(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c != 127);
  }

  /**
   * Whether the address can stand between angle brackets: no controls at all; no space, no bracket
   * outside a quoted local part. Its deeper syntax was the front door's business.
   */
  static boolean isAddress(String address) {
    boolean quoted = false;
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c < ' ' || c == 127) {
        return false;
      }
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && c == '\\') {
        i++;
        if (i == address.length() || address.charAt(i) < ' ' || address.charAt(i) == 127) {
          return false;
        }
      } else if (!quoted && (c == ' ' || c == '<' || c == '>')) {
        return false;
      }
    }
    return !quoted;
  }

  static boolean isAscii(String address) {
    return address.chars().allMatch(c -> c < 128);
  }

  private static void write(ByteBuf out, String text) {
    var _ = out.writeCharSequence(text, StandardCharsets.UTF_8);
  }
}
