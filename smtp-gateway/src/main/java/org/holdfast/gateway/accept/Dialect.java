package org.holdfast.gateway.accept;

/** Which of the two protocols a listener speaks. */
public enum Dialect {
  /** RFC 5321: one reply after the end of data. */
  SMTP,
  /** RFC 2033: one reply for each accepted recipient after the end of data. */
  LMTP
}
