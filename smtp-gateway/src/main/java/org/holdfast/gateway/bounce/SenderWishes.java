package org.holdfast.gateway.bounce;

import java.util.Arrays;
import java.util.Optional;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/** What the sender asked for by the parameters of MAIL and RCPT (RFC 3461 section 4). */
public final class SenderWishes {

  private SenderWishes() {}

  /**
   * Whether the sender wants to hear of a failure for this recipient. Without NOTIFY it does (RFC
   * 3461 section 4.1); a null reverse-path is never answered (RFC 5321 section 4.5.5).
   */
  public static boolean toldOfFailure(Envelope envelope, Recipient recipient) {
    return !envelope.reversePath().isEmpty() && lists("FAILURE", recipient, true);
  }

  /** Whether the sender asked to hear that this recipient has it (RFC 3461 section 4.1). */
  public static boolean toldOfSuccess(Envelope envelope, Recipient recipient) {
    return !envelope.reversePath().isEmpty() && lists("SUCCESS", recipient, false);
  }

  /** Whether the sender may be told that it takes longer; without NOTIFY the choice is ours. */
  public static boolean toldOfDelay(Envelope envelope, Recipient recipient) {
    return !envelope.reversePath().isEmpty() && lists("DELAY", recipient, true);
  }

  private static boolean lists(String what, Recipient recipient, boolean otherwise) {
    String notify = recipient.parameters().get("NOTIFY");
    return notify == null ? otherwise : Arrays.asList(notify.split(",", -1)).contains(what);
  }

  /**
   * Whether the whole message is to come back. Without RET the choice is ours (RFC 3461 section
   * 4.3): the header is enough, because a sender may be forged, and what was refused for its
   * content should not be sent on.
   */
  static boolean wholeMessage(Envelope envelope) {
    return "FULL".equals(envelope.parameters().get("RET")) && !requiresTls(envelope);
  }

  /**
   * Whether the message must travel inside TLS only. Then its notification says so too, and bears
   * its header at most, whatever RET says (RFC 8689 section 5).
   */
  static boolean requiresTls(Envelope envelope) {
    return envelope.parameters().containsKey("REQUIRETLS");
  }

  /** ENVID as it was before it was encoded; empty when there is none that could be shown. */
  static Optional<String> envelopeId(Envelope envelope) {
    return Optional.ofNullable(envelope.parameters().get("ENVID")).flatMap(Xtext::decode);
  }

  /**
   * ORCPT as {@code type; address}; empty when there is none that could be shown. A {@code utf-8}
   * address (RFC 6533 section 3) has an encoding of its own, which stays.
   */
  static Optional<String> originalRecipient(Recipient recipient) {
    String given = recipient.parameters().getOrDefault("ORCPT", "");
    int semicolon = given.indexOf(';');
    if (semicolon < 1) {
      return Optional.empty();
    }
    String type = given.substring(0, semicolon);
    String address = given.substring(semicolon + 1);
    Optional<String> shown =
        type.equalsIgnoreCase("utf-8")
            ? Optional.of(TypedAddress.escapedNonAscii(address))
            : Xtext.decode(address);
    return shown.filter(text -> !text.isBlank()).map(text -> type + "; " + text);
  }
}
