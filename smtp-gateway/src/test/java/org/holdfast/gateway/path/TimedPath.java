package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.holdqueue.Intake;
import org.holdfast.routing.Gatekeeper;

/**
 * Makes a message path whose waits are ended by a timer of the test's, and that returns nothing.
 */
public final class TimedPath {

  private TimedPath() {}

  public static MessagePath of(
      Gatekeeper routing,
      Intake queue,
      Transaction transaction,
      MemberTrust trust,
      Duration handOffTimeout,
      Executor threads,
      ScheduledExecutorService timer) {
    return new MessagePath(
        routing,
        queue,
        transaction,
        trust,
        handOffTimeout,
        AfterAcceptance.parksAll(),
        threads,
        timer);
  }
}
