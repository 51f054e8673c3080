package org.holdfast.holdqueue.dispatch;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Outcome;

/**
 * The attempts that are open, so that a stop can wait for them. Thread-safe; the lock protects the
 * set.
 */
final class OpenAttempts {

  private final Set<OpenAttempt> open = new HashSet<>();
  private final Mailbox mailbox;

  OpenAttempts(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  OpenAttempt begin(Delivery delivery) {
    OpenAttempt attempt = new OpenAttempt(delivery);
    synchronized (open) {
      open.add(attempt);
    }
    return attempt;
  }

  /** Waits until none is open, at most this long. */
  void await(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (open) {
      for (long left = patience.toNanos();
          !open.isEmpty() && left > 0;
          left = end - System.nanoTime()) {
        open.wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
  }

  List<OpenAttempt> all() {
    synchronized (open) {
      return List.copyOf(open);
    }
  }

  private void remove(OpenAttempt attempt) {
    synchronized (open) {
      open.remove(attempt);
      if (open.isEmpty()) {
        open.notifyAll();
      }
    }
  }

  /** Ends once; whatever is said of it later is not heard. */
  final class OpenAttempt implements Consumer<Outcome> {

    final Delivery delivery;
    private final AtomicBoolean ended = new AtomicBoolean();

    private OpenAttempt(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public void accept(Outcome outcome) {
      end(dispatcher -> dispatcher.ended(delivery, outcome));
    }

    /** Nothing was tried. */
    void gone() {
      end(dispatcher -> dispatcher.gone(delivery));
    }

    private void end(Consumer<Dispatcher> event) {
      if (ended.compareAndSet(false, true)) {
        // Posted first: who sees the set empty has all the endings in the mailbox.
        mailbox.post(event);
        remove(this);
      }
    }
  }
}
