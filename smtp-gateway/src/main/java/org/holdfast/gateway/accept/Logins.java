package org.holdfast.gateway.accept;

import com.codahale.metrics.Counter;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.sasl.LoginFailedException;
import org.holdfast.gateway.sasl.Mechanism;
import org.holdfast.gateway.tls.WatchedFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks what clients say about who they are. A password check takes some 10 ms of a core, so all
 * of one listener are done by one thread, one after the other: guessing cannot take the machine
 * away from the mail; and one client that guesses cannot keep others waiting, because after some
 * failures its passwords are not looked at. Thread-safe.
 */
final class Logins {

  /** How one step of a login ended. */
  sealed interface Outcome {

    /** It goes on, or has succeeded. */
    record Next(Mechanism.Step step) implements Outcome {}

    /** It has failed; why is for the log. */
    record Failed(String why) implements Outcome {}

    /** Too many wait already. */
    record Busy() implements Outcome {}

    /** Too many of this client's have failed: nothing was looked at. */
    record TooMany() implements Outcome {}
  }

  private static final Logger log = LoggerFactory.getLogger(Logins.class);
  private static final long IDLE_SECONDS = 10;

  private final WatchedFiles<Accounts> accounts;
  private final Duration failureDelay;
  private final RateSketch failures =
      new RateSketch(Limits.FAILED_LOGINS_A_MINUTE, System::nanoTime);
  private final SecureRandom random = new SecureRandom();
  private final Counter failed = new Counter();
  private final ThreadPoolExecutor checker =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(Limits.WAITING_LOGINS),
          Thread.ofPlatform().daemon().name("login").factory());

  Logins(WatchedFiles<Accounts> accounts, Duration failureDelay) {
    this.accounts = accounts;
    this.failureDelay = failureDelay;
    checker.allowCoreThreadTimeOut(true);
  }

  Optional<Mechanism> mechanism(String name) {
    return accounts.current().mechanism(name, random);
  }

  /** Never fails but by a defect; a failed login is told after a while only. */
  CompletableFuture<Outcome> next(InetAddress client, Mechanism mechanism, byte[] words) {
    try {
      return CompletableFuture.supplyAsync(() -> checked(client, mechanism, words), checker)
          .thenCompose(this::slowed);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(new Outcome.Busy());
    }
  }

  private Outcome checked(InetAddress client, Mechanism mechanism, byte[] words) {
    if (failures.isFull(client)) {
      return new Outcome.TooMany();
    }
    Outcome outcome = checked(mechanism, words);
    if (outcome instanceof Outcome.Failed) {
      failures.take(client);
    }
    return outcome;
  }

  private static Outcome checked(Mechanism mechanism, byte[] words) {
    try {
      return new Outcome.Next(mechanism.next(words));
    } catch (LoginFailedException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("a login broke off by a defect", e);
      return new Outcome.Failed("a defect of the gateway");
    }
  }

  private CompletableFuture<Outcome> slowed(Outcome outcome) {
    CompletableFuture<Outcome> told = CompletableFuture.completedFuture(outcome);
    if (!(outcome instanceof Outcome.Failed)) {
      return told;
    }
    failed.inc();
    return new CompletableFuture<Outcome>()
        .completeOnTimeout(outcome, failureDelay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Logins that failed since the start. */
  Counter failed() {
    return failed;
  }

  /** Looks whether the accounts have changed. Blocks on files. */
  void look() {
    accounts.look();
  }

  void stop() {
    checker.shutdownNow();
  }
}
