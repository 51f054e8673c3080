package org.holdfast.gateway.accept;

/** A command that cannot be obeyed; carries the reply. Has no stack trace: it is an answer. */
final class Refusal extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient WireReply reply;

  Refusal(int code, String enhanced, String text) {
    super(text, null, false, false);
    this.reply = WireReply.of(code, enhanced, text);
  }

  Refusal(WireReply reply) {
    super(reply.getRetCode(), null, false, false);
    this.reply = reply;
  }

  WireReply reply() {
    return reply;
  }
}
