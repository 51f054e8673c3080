package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds how many hand-offs to one mailbox are open at once: mail stores take only a few at a time
 * for a mailbox and answer the rest with an error (Dovecot: {@code lmtp_user_concurrency_limit},
 * 10). Thread-safe, nothing blocks; an entry lives only while somebody has or awaits a turn. Who
 * waits is a session whose message is in memory: their number is bounded by the doors.
 *
 * <p>Of those who wait for one mailbox one thread at a time tells the next, in a loop. Whoever
 * gives a turn back meanwhile leaves it to that thread: often it is the one just told, whose
 * attempt ended at once. So a long line that is answered at once costs no stack, and is told in its
 * order.
 */
final class Turns {

  /** Hand-offs to one mailbox at once. */
  static final int PER_MAILBOX = 8;

  private static final Logger log = LoggerFactory.getLogger(Turns.class);

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
    Waiting next = next(mailbox, true);
    while (next != null) {
      next.serve();
      next = next(mailbox, false);
    }
  }

  /**
   * Who is to be told now that it is his turn; null: nobody, or by another thread.
   *
   * @param freed a turn is given back; otherwise the caller is the one who tells, and goes on
   */
  private @Nullable Waiting next(String mailbox, boolean freed) {
    Waiting[] next = new Waiting[1];
    mailboxes.computeIfPresent(
        mailbox,
        (_, known) -> {
          if (freed) {
            known.taken--;
          }
          if (!freed || !known.telling) {
            next[0] = known.taken < PER_MAILBOX ? known.queue.pollFirst() : null;
            known.telling = next[0] != null;
            known.taken += known.telling ? 1 : 0;
          }
          return known.taken == 0 && !known.telling ? null : known;
        });
    return next[0];
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
          entered[0] = m.taken < PER_MAILBOX && m.queue.isEmpty();
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

  /**
   * Its fields are guarded by the map's entry lock. Somebody waits only while all turns are taken
   * or somebody is {@code telling}.
   */
  private static final class Mailbox {
    private int taken;
    private boolean telling;
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
      try {
        then.turn(true);
      } catch (RuntimeException | Error e) { // those who wait behind it are still to be told
        log.error("a defect in what followed a turn: the turn stays taken", e);
      }
    }
  }
}
