package org.holdfast.gateway.accept;

import org.jspecify.annotations.Nullable;

/**
 * What one client did wrong since its last accepted message: errors, commands that lead nowhere,
 * recipients that were refused. Belongs to one event loop.
 */
final class Conduct {

  private final int mostRefused;
  private int errors;
  private int junk;
  private int refused;
  private int delay;

  /**
   * @param mostRefused recipients, without an accepted message between them; not fewer than one
   *     message may have, or a message with many unknown ones could never come in
   */
  Conduct(int mostRefused) {
    this.mostRefused = mostRefused;
  }

  void error() {
    errors++;
    delay = slower(errors - Limits.ERRORS_AT_ONCE);
  }

  /** A command, or a message that was not accepted, that brought nothing forward. */
  void junk() {
    junk++;
    if (junk > Limits.JUNK) {
      error();
    }
  }

  void refusedRecipient() {
    refused++;
    delay = slower(refused - Limits.REFUSED_AT_ONCE);
  }

  /** A message was accepted: all is forgiven, as in Postfix. */
  void progress() {
    errors = 0;
    junk = 0;
    refused = 0;
    delay = 0;
  }

  /** Why the session ends; null while it may go on. */
  @Nullable Limit reached() {
    if (errors > Limits.ERRORS) {
      return Limit.ERRORS;
    }
    return refused > mostRefused ? Limit.REFUSED_RECIPIENTS : null;
  }

  /** Milliseconds that the reply to the last misdeed is kept back; asked once for each. */
  int takeDelay() {
    int taken = delay;
    delay = 0;
    return taken;
  }

  private static int slower(int beyond) {
    return Math.clamp((long) beyond * Limits.SLOWER_BY, 0, Limits.SLOWEST);
  }
}
