package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many hand-offs to one mailbox are open at once: mail stores take only a few at a time
 * for a mailbox and answer the rest with an error (Dovecot: {@code lmtp_user_concurrency_limit},
 * 10). Thread-safe, nothing blocks; an entry lives only while somebody has or awaits a turn. Who
 * waits is a session whose message is in memory: their number is bounded by the doors.
 */
final class Turns {

  /** Hand-offs to one mailbox at once. */
  static final int PER_MAILBOX = 8;

  private final ConcurrentHashMap<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer;

  Turns(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /** What happens when the waiting is over. Must not block. */
  interface Then {

    /** Called once: {@code had} says whether it is the waiting one's turn. */
    void turn(boolean had);
  }

  /** A turn if one is free and nobody waits for it. */
  boolean takeNow(String mailbox) {
    return enter(mailbox, null);
  }

  /**
   * Waits at most {@code patience} for a turn, first come first served. {@code then} runs at once,
   * or on the thread that gives a turn back, or on the timer's.
   */
  void take(String mailbox, Duration patience, Then then) {
    Waiting waiting = new Waiting(then);
    if (enter(mailbox, waiting)) {
      then.turn(true);
      return;
    }
    Future<?> timeout =
        timer.schedule(() -> giveUp(mailbox, waiting), patience.toMillis(), TimeUnit.MILLISECONDS);
    waiting.timeout = timeout;
    if (waiting.served) {
      timeout.cancel(false);
    }
  }

  /** Gives a turn back: to who waits longest, if somebody does. */
  void giveBack(String mailbox) {
    Waiting[] next = new Waiting[1];
    mailboxes.computeIfPresent(
        mailbox,
        (_, known) -> {
          next[0] = known.queue.pollFirst();
          if (next[0] == null) {
            known.taken--;
          }
          return known.taken == 0 ? null : known;
        });
    Waiting served = next[0];
    if (served != null) {
      served.serve();
    }
  }

  /** Mailboxes in which somebody has or awaits a turn. */
  int size() {
    return mailboxes.size();
  }

  private boolean enter(String mailbox, @Nullable Waiting otherwise) {
    boolean[] entered = new boolean[1];
    mailboxes.compute(
        mailbox,
        (_, known) -> {
          Mailbox m = known == null ? new Mailbox() : known;
          entered[0] = m.taken < PER_MAILBOX;
          if (entered[0]) {
            m.taken++;
          } else if (otherwise != null) {
            m.queue.addLast(otherwise);
          }
          return m;
        });
    return entered[0];
  }

  private void giveUp(String mailbox, Waiting waiting) {
    boolean[] left = new boolean[1];
    mailboxes.computeIfPresent(
        mailbox,
        (_, known) -> {
          left[0] = known.queue.remove(waiting);
          return known;
        });
    if (left[0]) {
      waiting.then.turn(false);
    }
  }

  /** Its fields are guarded by the map's entry lock. Somebody waits only while all are taken. */
  private static final class Mailbox {
    private int taken;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>(0);
  }

  private static final class Waiting {
    private final Then then;
    private volatile boolean served;
    private volatile @Nullable Future<?> timeout;

    Waiting(Then then) {
      this.then = then;
    }

    void serve() {
      served = true;
      Future<?> pending = timeout;
      if (pending != null) {
        pending.cancel(false);
      }
      then.turn(true);
    }
  }
}
