package org.holdfast.holdqueue.index;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about an index that fails: it is tried anew, after longer and longer, and people
 * hear of trouble that stays. Asked by any thread, told by the index's.
 */
final class Mending {

  private static final Logger LOG = LoggerFactory.getLogger(Mending.class);

  /** The wait before the index is tried anew after it failed: doubled each time, up to the most. */
  private static final Duration FIRST = Duration.ofSeconds(1);

  private static final Duration MOST = Duration.ofMinutes(1);

  /** Trouble that people hear of: the third failure in a row. */
  private static final Duration TROUBLE = FIRST.multipliedBy(4);

  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable String failure;
  private volatile @Nullable String trouble;

  /** The next wait. The index's thread only. */
  private Duration wait = FIRST;

  /** A full disk passes, and leaves the tables whole; other trouble with it is believed thrice. */
  boolean mayPass(SQLException e) {
    return Database.isFull(e) || (Database.isTrouble(e) && !isOld());
  }

  private boolean isOld() {
    return wait.compareTo(TROUBLE) >= 0;
  }

  /**
   * Waits, longer each time; not at all when closed.
   *
   * @param why what people hear when it is so again and again
   */
  void rest(String why) {
    if (isOld()) {
      trouble = why;
    }
    long nanos = wait.toNanos();
    wait = wait.compareTo(MOST) < 0 ? wait.multipliedBy(2) : MOST;
    try {
      var _ = closing.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the index's thread; ignored");
    }
  }

  /** What was applied is in the tables. */
  void well() {
    wait = FIRST;
    trouble = null;
  }

  /** Nothing follows the log any more: whoever goes on taking mail would never deliver it. */
  void died(Error because) {
    LOG.error("the index's thread died; the queue takes nothing until restarted", because);
    failure = "the index's thread died: " + because;
  }

  /** Why the log is not followed any more; empty while all is well. For good, until a restart. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Why what is stored does not get into the tables, hence is not delivered; empty: it does. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Nobody waits any more. */
  void close() {
    closing.countDown();
  }

  boolean closed() {
    return closing.getCount() == 0;
  }
}
