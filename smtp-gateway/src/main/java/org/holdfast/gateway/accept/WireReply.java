package org.holdfast.gateway.accept;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.reply.Reply;

/** A reply, ready as octets with its CRLF, that James's dispatcher hands through. Immutable. */
final class WireReply implements Response {

  private final int code;
  private final byte[] octets;
  private final boolean endSession;

  private WireReply(int code, byte[] octets, boolean endSession) {
    this.code = code;
    this.octets = octets;
    this.endSession = endSession;
  }

  private WireReply(Reply reply, boolean endSession) {
    this(reply.code(), encode(reply.line()), endSession);
  }

  static WireReply of(Reply reply) {
    return new WireReply(reply, false);
  }

  static WireReply of(int code, String enhanced, String text) {
    return new WireReply(new Reply(code, enhanced, text), false);
  }

  /** A reply of several lines (RFC 5321 section 4.2.1), at least one. */
  static WireReply lines(int code, List<String> texts) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (int i = 0; i < texts.size(); i++) {
      char separator = i < texts.size() - 1 ? '-' : ' ';
      octets.writeBytes(encode(Integer.toString(code) + separator + texts.get(i)));
    }
    return new WireReply(code, octets.toByteArray(), false);
  }

  /** A reply after which the connection is closed. */
  static WireReply last(int code, String enhanced, String text) {
    return new WireReply(new Reply(code, enhanced, text), true);
  }

  /** The same reply, but the connection is closed after it. */
  static WireReply last(Reply reply) {
    return new WireReply(reply, true);
  }

  int code() {
    return code;
  }

  /** The line without its end, for logs. */
  String text() {
    return new String(octets, 0, octets.length - 2, StandardCharsets.US_ASCII);
  }

  /** Owned by this reply: read only. */
  byte[] octets() {
    return octets;
  }

  /** Printable ASCII and CRLF whatever the text holds, and never longer than a reply may be. */
  static byte[] encode(CharSequence line) {
    int length = Math.min(line.length(), Limits.REPLY_LINE - 2);
    byte[] octets = new byte[length + 2];
    for (int i = 0; i < length; i++) {
      char c = line.charAt(i);
      octets[i] = (byte) (c >= ' ' && c <= '~' ? c : '?');
    }
    octets[length] = '\r';
    octets[length + 1] = '\n';
    return octets;
  }

  @Override
  public String getRetCode() {
    return Integer.toString(code);
  }

  @Override
  public List<CharSequence> getLines() {
    return List.of(new String(octets, StandardCharsets.US_ASCII).split("\r\n"));
  }

  @Override
  public boolean isEndSession() {
    return endSession;
  }
}
