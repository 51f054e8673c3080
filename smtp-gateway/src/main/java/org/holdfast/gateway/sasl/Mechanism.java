package org.holdfast.gateway.sasl;

/**
 * One login under way, seen from the server (RFC 4422 section 3): takes what the client says, and
 * says how it goes on. Not thread-safe; ended by a {@link Step.Done} or an exception.
 */
public interface Mechanism {

  String PLAIN = "PLAIN";
  String SCRAM_SHA_256 = "SCRAM-SHA-256";

  /** What comes next. */
  sealed interface Step {

    /** The client must answer this; to be sent as base64 of its UTF-8. */
    record Challenge(String text) implements Step {}

    /** The client is this account. */
    record Done(String account) implements Step {}
  }

  /**
   * What follows from the client's words, already without base64. May take as long as one password
   * check, some 10 ms of CPU.
   *
   * @throws LoginFailedException the login has failed
   */
  Step next(byte[] words) throws LoginFailedException;
}
