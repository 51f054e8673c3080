package org.holdfast.holdqueue;

import java.time.Duration;
import java.util.Optional;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.log.SegmentLog;

/**
 * What can be said to, and asked of, a queue that runs, beside mail: other limits, and whether its
 * threads are there. Thread-safe.
 */
public final class Running {

  private final SegmentLog log;
  private final Room room;
  private final Arrivals arrivals;
  private final FirstTry tries;

  Running(SegmentLog log, Room room, Arrivals arrivals, FirstTry tries) {
    this.tries = tries;
    this.log = log;
    this.room = room;
    this.arrivals = arrivals;
  }

  /** These rates and retries from now on; connections and the bounds of memory stay. */
  public void limits(DispatchLimits limits) {
    tries.become(limits);
    arrivals.ifStarted(loop -> loop.limits(limits));
  }

  /** {@link StoreSettings#maxBytes} and {@link StoreSettings#minFree} from now on. */
  public void bounds(long maxBytes, long minFree) {
    room.bounds(maxBytes, minFree);
  }

  /**
   * Which thread without which the queue does nothing does not answer within this time, in words;
   * empty when all do. A thread that waits for the disk answers, and so does a log that has failed:
   * a restart would mend neither. An index that is still being read has no dispatcher yet.
   */
  public Optional<String> silent(Duration patience) throws InterruptedException {
    if (!log.answers(patience)) {
      return Optional.of("the writer of the queue's log does not answer");
    }
    return arrivals.dispatcher().isPresent()
        ? arrivals.dispatcher().get().silent(patience)
        : Optional.empty();
  }
}
