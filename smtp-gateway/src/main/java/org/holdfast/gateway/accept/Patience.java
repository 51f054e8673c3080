package org.holdfast.gateway.accept;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long one client is waited for. Belongs to its event loop, whose clock it reads.
 *
 * <ul>
 *   <li>A command must be whole within {@code command-timeout} of the moment we began to wait for
 *       it, however many octets of it come meanwhile (RFC 5321 section 4.5.3.2.7).
 *   <li>Of a message or chunk some octet must come within each {@code command-timeout}, and all
 *       together at {@code min-data} octets a second beyond one {@code command-timeout}.
 *   <li>Our replies must be taken within {@code command-timeout}.
 * </ul>
 *
 * The clock stands while it is us who are waited for: a backend that answers late, a disk that is
 * slow.
 */
final class Patience {

  private static final long CROWDED = TimeUnit.MILLISECONDS.toNanos(Limits.CROWDED_MILLIS);

  /** What the client owes us. */
  private enum Due {
    COMMAND,
    DATA,
    REPLIES_TAKEN,
    NOTHING
  }

  private final EventLoop loop;
  private final long usual;
  private final int minData;
  private final BooleanSupplier crowded;
  private final Consumer<Limit> over;

  private Due due = Due.COMMAND;
  private long since;
  private long lastOctet;
  private long octets;
  private @Nullable Due interrupted;
  private long interruptedAt;
  private long untakenSince;
  private boolean idle = true;
  private boolean ended;

  /**
   * @param usual {@code command-timeout}
   * @param minData octets a second of a message; 0: no bound
   * @param crowded others are turned away, so who is idle gets {@link Limits#CROWDED_MILLIS} only
   * @param over is told, once, which limit the client ran into
   */
  Patience(
      EventLoop loop, Duration usual, int minData, BooleanSupplier crowded, Consumer<Limit> over) {
    this.loop = loop;
    this.usual = usual.toNanos();
    this.minData = minData;
    this.crowded = crowded;
    this.over = over;
  }

  void start() {
    forCommand(true);
    look();
  }

  /** Nothing is waited for any more. */
  void end() {
    ended = true;
  }

  /**
   * From now on a command is due.
   *
   * @param withoutTransaction the client has nothing open that others would wait for
   */
  void forCommand(boolean withoutTransaction) {
    due = Due.COMMAND;
    idle = withoutTransaction;
    since = now();
    interrupted = null;
  }

  /** From now on octets of a message are due. */
  void forData() {
    due = Due.DATA;
    since = now();
    lastOctet = since;
    octets = 0;
    interrupted = null;
  }

  void came(int more) {
    octets += more;
    lastOctet = now();
  }

  /** It is our turn. */
  void interrupt() {
    if (interrupted == null) {
      interrupted = due;
      interruptedAt = now();
    }
    due = Due.NOTHING;
  }

  /** The client does not take what we say, and nothing else counts until it does. */
  void forRepliesTaken() {
    if (due != Due.REPLIES_TAKEN) {
      interrupt();
      due = Due.REPLIES_TAKEN;
      untakenSince = now();
    }
  }

  /** It is the client's turn again, for what was due before. */
  void goOn() {
    if (interrupted != null) {
      long stood = now() - interruptedAt;
      due = interrupted;
      since += stood;
      lastOctet += stood;
      interrupted = null;
    }
  }

  private void look() {
    if (ended) {
      return;
    }
    Limit reached = reached();
    if (reached != null) {
      ended = true;
      over.accept(reached);
      return;
    }
    var _ = loop.schedule(this::look, Math.min(left(), CROWDED), TimeUnit.NANOSECONDS);
  }

  private @Nullable Limit reached() {
    if (left() > 0) {
      return null;
    }
    return switch (due) {
      case COMMAND, NOTHING -> Limit.COMMAND_TIME;
      case REPLIES_TAKEN -> Limit.REPLY_TIME;
      case DATA -> now() - lastOctet >= usual ? Limit.COMMAND_TIME : Limit.DATA_TIME;
    };
  }

  /** Nanoseconds until the client is late. */
  private long left() {
    long now = now();
    return switch (due) {
      case NOTHING -> usual;
      case COMMAND -> since + (idle && crowded.getAsBoolean() ? shorter() : usual) - now;
      case REPLIES_TAKEN -> untakenSince + usual - now;
      case DATA -> Math.min(lastOctet + usual - now, since + earned() - now);
    };
  }

  private long shorter() {
    return Math.min(usual, CROWDED);
  }

  /** The time that so many octets may have taken. */
  private long earned() {
    return minData == 0
        ? Long.MAX_VALUE / 4
        : usual + (long) ((double) octets / minData * TimeUnit.SECONDS.toNanos(1));
  }

  private long now() {
    return loop.ticker().nanoTime();
  }
}
