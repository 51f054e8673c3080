package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many hand-offs to one mailbox are open at once: mail stores take only a few at a time
 * for a mailbox and answer the rest with an error (Dovecot: {@code lmtp_user_concurrency_limit},
 * 10). Thread-safe; an entry lives only while somebody has or awaits a turn.
 */
final class Turns {

  /** Hand-offs to one mailbox at once. */
  static final int PER_MAILBOX = 8;

  private final ConcurrentHashMap<String, Mailbox> mailboxes = new ConcurrentHashMap<>();

  /**
   * Waits at most {@code patience} for a turn, first come first served; false when there was none.
   */
  boolean take(String mailbox, Duration patience) {
    Mailbox m =
        mailboxes.compute(
            mailbox, (name, known) -> (known == null ? new Mailbox() : known).entered());
    boolean taken = false;
    try {
      taken = m.turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!taken) {
      mailboxes.computeIfPresent(mailbox, (name, known) -> known.left());
    }
    return taken;
  }

  /** Gives a turn back. */
  void giveBack(String mailbox) {
    mailboxes.computeIfPresent(
        mailbox,
        (name, known) -> {
          known.turns.release();
          return known.left();
        });
  }

  /** Mailboxes in which somebody has or awaits a turn. */
  int size() {
    return mailboxes.size();
  }

  private static final class Mailbox {
    final Semaphore turns = new Semaphore(PER_MAILBOX, true);

    /** Guarded by the map's entry lock. */
    private int present;

    Mailbox entered() {
      present++;
      return this;
    }

    @Nullable Mailbox left() {
      return --present == 0 ? null : this;
    }
  }
}
