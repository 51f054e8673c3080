package org.holdfast.gateway.accept;

import org.holdfast.gateway.reply.Reply;

/** What can be wrong with the octets of a line or of a message (RFC 5321 section 2.3.8). */
enum Defect {
  BARE_LF("Bare <LF> refused: lines end in <CRLF>"),
  BARE_CR("Bare <CR> refused: lines end in <CRLF>"),
  NUL("NUL refused"),
  LINE_TOO_LONG("Line of text longer than 998 octets refused");

  private final String text;

  Defect(String text) {
    this.text = text;
  }

  /**
   * Whether two servers may disagree where a message with it ends. What follows it then was perhaps
   * never meant for us as commands.
   */
  boolean blursTheEnd() {
    return this != LINE_TOO_LONG;
  }

  /** The answer when it was found in a message. */
  Reply inContent() {
    return new Reply(554, "5.6.0", text);
  }

  /** The answer when it was found in a command. */
  WireReply inCommand() {
    return WireReply.of(500, "5.5.2", text);
  }
}
