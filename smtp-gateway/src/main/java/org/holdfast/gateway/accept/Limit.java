package org.holdfast.gateway.accept;

import java.util.Locale;
import org.holdfast.gateway.path.Replies;

/**
 * A bound that a client ran into, with what it is told. The name, in lower case with dashes, is in
 * the log and in the metrics; {@code docs/limits.md} lists them all.
 */
enum Limit {
  /** {@code max-connections}. */
  CONNECTIONS(ProtocolReplies.TOO_MANY_CONNECTIONS),

  /** {@code max-connections-per-client}. */
  CLIENT_CONNECTIONS(ProtocolReplies.TOO_MANY_CONNECTIONS),

  /** {@code rates.connections}. */
  CONNECTION_RATE(
      WireReply.last(421, "4.7.0", "Too many connections in a minute, try again later")),

  /** {@code rates.messages}. */
  MESSAGE_RATE(WireReply.of(450, "4.7.0", "Too many messages in a minute, try again later")),

  /** {@code rates.recipients}. */
  RECIPIENT_RATE(WireReply.of(450, "4.7.0", "Too many recipients in a minute, try again later")),

  /** {@code max-recipients}. */
  RECIPIENTS(ProtocolReplies.TOO_MANY_RECIPIENTS),

  /** The recipients of all transactions together take too much memory. */
  ENVELOPES(WireReply.of(Replies.NO_ROOM)),

  /** As many refused recipients as {@code max-recipients}, and no message between them. */
  REFUSED_RECIPIENTS(WireReply.last(421, "4.7.0", "Too many refused recipients, closing")),

  /** {@code max-message-size}. */
  MESSAGE_SIZE(ProtocolReplies.TOO_LARGE_LINE),

  /** {@link Limits#FAILED_LOGINS_A_MINUTE}. */
  FAILED_LOGINS(
      WireReply.last(421, "4.7.0", "Too many failed logins in a minute, try again later")),

  /** {@link Limits#ERRORS}, commands without progress beyond {@link Limits#JUNK} included. */
  ERRORS(ProtocolReplies.TOO_MANY_ERRORS),

  /** {@code command-timeout}: no whole command, or no octet of a message. */
  COMMAND_TIME(ProtocolReplies.SILENT),

  /** {@code rates.min-data}. */
  DATA_TIME(WireReply.last(421, "4.4.2", "Message comes too slowly, closing")),

  /** Our replies are not taken; there is nothing to say. */
  REPLY_TIME(ProtocolReplies.SILENT),

  /** No room for the body on the disk, or no descriptor for its file. */
  SPOOL(WireReply.of(Replies.NO_ROOM)),

  /** One client's bodies take its share of the spool. */
  CLIENT_SPOOL(WireReply.of(Replies.NO_ROOM));

  @SuppressWarnings("ImmutableEnumChecker") // its octets are written once, when it is made
  private final WireReply reply;

  Limit(WireReply reply) {
    this.reply = reply;
  }

  WireReply reply() {
    return reply;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
