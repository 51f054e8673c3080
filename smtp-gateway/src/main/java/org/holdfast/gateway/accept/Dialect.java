package org.holdfast.gateway.accept;

import org.holdfast.gateway.path.Inbound;

/** Which of the two protocols a listener speaks. */
public enum Dialect {
  /** RFC 5321: one reply after the end of data. */
  SMTP,
  /** RFC 2033: one reply for each accepted recipient after the end of data. */
  LMTP;

  /** How a message is answered. */
  Inbound.Answering answering() {
    return this == LMTP ? Inbound.Answering.EACH : Inbound.Answering.ONCE;
  }
}
