package org.holdfast.gateway.path;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.holdfast.gateway.bounce.Action;
import org.holdfast.gateway.bounce.Report;
import org.holdfast.gateway.bounce.SenderWishes;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.QueueItem;
import org.holdfast.routing.MapUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells senders, once for each recipient, that their mail has been waiting for long (RFC 3461
 * section 5.2.5). One look at a time.
 *
 * <p>Why a mark and no timers: deliveries are listed in the order of acceptance, so those that have
 * become old since the last look are the next ones after the mark, and the first one that is too
 * young ends the look. What is held is never scanned; each delivery still held at that age is read
 * once. The mark is durable and follows each notice: after a crash in between one sender may be
 * told twice.
 */
public final class DelayNotices implements Runnable {

  /** Where the last look ended. Outlives the process. */
  public interface Mark {

    /** The cursor written last; null for none. */
    @Nullable String read() throws IOException;

    /** Returns when it is on stable storage. */
    void write(String cursor) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(DelayNotices.class);

  /** Deliveries read at once. */
  private static final int PAGE = 100;

  /** Deliveries of one look; those after them are of the next one. */
  static final int MOST = 10_000;

  /** Why it waits is nobody's business: a move, say. */
  private static final Reply WAITING = new Reply(450, "4.0.0", "Not delivered yet");

  private final HoldQueue queue;
  private final SenderNotices notices;
  private final Mark mark;
  private final Duration after;
  private final InstantSource clock;

  /**
   * One that has not looked yet.
   *
   * @param after how long a message waits before its sender is told
   */
  public DelayNotices(
      HoldQueue queue, SenderNotices notices, Mark mark, Duration after, InstantSource clock) {
    this.queue = queue;
    this.notices = notices;
    this.mark = mark;
    this.after = after;
    this.clock = clock;
  }

  /** Looks once. Blocks. What fails is tried again in the next look, from where it failed. */
  @Override
  public void run() {
    try {
      look();
    } catch (IOException | MapUnavailableException | RuntimeException e) {
      log.warn("senders cannot be told of delays now: {}", e.toString());
    }
  }

  private void look() throws IOException, MapUnavailableException {
    Instant cutoff = clock.instant().minus(after);
    @Nullable String at = mark.read();
    for (int seen = 0; seen < MOST; seen += PAGE) {
      List<QueueItem> page = queue.list(QueueFilter.any(), at, PAGE);
      @Nullable String before = at;
      for (QueueItem item : page) {
        if (item.delivery().envelope().accepted().isAfter(cutoff)) {
          keep(at, before);
          return;
        }
        if (tell(item.delivery())) {
          mark.write(item.cursor());
          before = item.cursor();
        }
        at = item.cursor();
      }
      keep(at, before);
      if (page.size() < PAGE) {
        return;
      }
    }
  }

  private void keep(@Nullable String at, @Nullable String written) throws IOException {
    if (at != null && !at.equals(written)) {
      mark.write(at);
    }
  }

  /** Whether something was told. */
  private boolean tell(Delivery delivery) throws IOException, MapUnavailableException {
    if (!SenderWishes.toldOfDelay(delivery.envelope(), delivery.recipient())) {
      return false;
    }
    @Nullable Content content = queue.content(delivery.envelope().id()).orElse(null);
    if (content == null) { // gone meanwhile
      return false;
    }
    return notices
        .tell(
            new Report(
                Action.DELAYED,
                delivery.envelope(),
                delivery.recipient(),
                content,
                WAITING,
                "",
                clock.instant()))
        .isEmpty();
  }
}
