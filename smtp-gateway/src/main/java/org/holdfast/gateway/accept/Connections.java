package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts open connections, in all and by client ({@link ClientKey}), and how many a client opens in
 * a minute. Thread-safe; holds open ones only, so never more than {@code max-connections} clients.
 */
final class Connections {

  /** How long the house counts as crowded after somebody found it full. */
  private static final long CROWDED_FOR = TimeUnit.MINUTES.toNanos(1);

  private final int most;
  private volatile int mostPerClient;
  private volatile RateSketch rate;
  private final LongSupplier nanos;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<Long, Integer> byClient = new ConcurrentHashMap<>();
  private volatile long full;

  /**
   * @param perMinute that one client may open in a minute; 0: any number
   * @param nanos as {@link System#nanoTime}
   */
  Connections(int most, int mostPerClient, int perMinute, LongSupplier nanos) {
    this.most = most;
    this.mostPerClient = mostPerClient;
    this.rate = new RateSketch(perMinute, nanos);
    this.nanos = nanos;
    this.full = nanos.getAsLong() - CROWDED_FOR;
  }

  /** Other bounds from now on; the minute that is counted begins anew. */
  void become(int perClient, int perMinute) {
    mostPerClient = perClient;
    rate = new RateSketch(perMinute, nanos);
  }

  /** Counts one more; or says what forbids it, and nothing is counted. */
  @Nullable Limit enter(InetAddress client) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      full = nanos.getAsLong();
      return Limit.CONNECTIONS;
    }
    if (byClient.merge(ClientKey.of(client), 1, Integer::sum) > mostPerClient) {
      leave(client);
      return Limit.CLIENT_CONNECTIONS;
    }
    if (!rate.take(client)) {
      leave(client);
      return Limit.CONNECTION_RATE;
    }
    return null;
  }

  /** One that entered has gone. */
  void leave(InetAddress client) {
    forget(client);
    open.decrementAndGet();
  }

  /**
   * One that entered turns out to be somebody else's; false, and nothing is changed, when that one
   * has too many.
   */
  boolean move(InetAddress from, InetAddress to) {
    if (from.equals(to)) {
      return true;
    }
    if (byClient.merge(ClientKey.of(to), 1, Integer::sum) > mostPerClient) {
      forget(to);
      return false;
    }
    forget(from);
    return true;
  }

  private void forget(InetAddress client) {
    var _ =
        byClient.computeIfPresent(
            ClientKey.of(client), (who, count) -> count == 1 ? null : count - 1);
  }

  int open() {
    return open.get();
  }

  /** Somebody found the house full a moment ago: who only stands around is in the way. */
  boolean crowded() {
    return nanos.getAsLong() - full < CROWDED_FOR;
  }
}
