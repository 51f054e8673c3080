package org.holdfast.gateway.sasl;

/**
 * A login that did not succeed. The message is for the log alone, says nothing of a password, and
 * the client is told the same whatever it is. Has no stack trace: it is an answer.
 */
public final class LoginFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  LoginFailedException(String why) {
    super(why, null, false, false);
  }
}
