package org.holdfast.holdqueue.dispatch;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What is held, as the dispatcher reads and writes it. Calls may block on the disk; they come from
 * a few threads at once, never from the dispatcher's own. Any of them may throw, checked or not:
 * the dispatcher asks again later and loses nothing by it.
 */
public interface Backlog {

  /**
   * The first deliveries of a lane, at most {@code limit}, by (sequence, number) rising; parked
   * ones left out, deferred ones included. Empty when there is nothing to deliver.
   *
   * <p>Sees everything that {@link DispatchLoop#held} or {@link DispatchLoop#changed} was called
   * for before this call began, and nothing that {@link #record} had returned for as delivered or
   * refused.
   */
  List<Delivery> head(String lane, int limit) throws IOException;

  /**
   * A page of the lanes among {@code which} that have something to deliver (parked ones do not
   * count), by lane rising, beginning after {@code after} (null: the first), at most {@code limit}.
   * Shorter than {@code limit}: the last page. A lane that has something during the whole walk is
   * in it.
   */
  List<Place> lanes(Lanes which, @Nullable String after, int limit) throws IOException;

  /**
   * The message of a delivery that is about to be tried; empty when it is not to be tried any more:
   * discarded, parked or redirected since it was read. Asked just before each attempt, so a
   * person's act that came first counts.
   */
  Optional<Content> content(Delivery delivery) throws IOException;

  /**
   * Writes how attempts ended, a batch at a time, and returns when a restart of the process would
   * know about the delivered and refused ones; that of a machine which fails may send the last ones
   * once more. Until then nothing further is tried for their lanes. A delivery that was discarded,
   * parked or redirected meanwhile is no error: delivered wins, else what the person did stands.
   * After an exception the same batch comes again.
   *
   * <p>{@link Outcome.Delivered} and {@link Outcome.Returned}: done. {@link Outcome.Refused}:
   * parked. {@link Outcome.Deferred} and {@link Outcome.Uncertain}: one more attempt is counted,
   * {@code nextAttempt} says when. {@link Outcome.Shut} never comes here.
   */
  void record(List<Ended> batch) throws IOException;

  /** A lane and the next hop that its mail was last known to go to. */
  record Place(String lane, String nextHop) {}

  /**
   * How one attempt ended.
   *
   * @param delivery as it was tried: {@code attempts} does not count this one
   * @param nextAttempt about when it is tried again; null when it is not
   * @param adopted it was begun before the message was stored, and counted then
   */
  record Ended(Delivery delivery, Outcome outcome, @Nullable Instant nextAttempt, boolean adopted) {

    /** One of the dispatcher's own. */
    public Ended(Delivery delivery, Outcome outcome, @Nullable Instant nextAttempt) {
      this(delivery, outcome, nextAttempt, false);
    }
  }
}
