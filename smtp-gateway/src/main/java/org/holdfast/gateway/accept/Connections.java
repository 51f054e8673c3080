package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts open connections, in all and by client address. Thread-safe; holds open ones only. */
final class Connections {

  private final int most;
  private final int mostPerClient;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byClient = new ConcurrentHashMap<>();

  Connections(int most, int mostPerClient) {
    this.most = most;
    this.mostPerClient = mostPerClient;
  }

  /** Counts one more; false, and not counted, when that is too many. */
  boolean enter(InetAddress client) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      return false;
    }
    if (byClient.merge(client, 1, Integer::sum) > mostPerClient) {
      leave(client);
      return false;
    }
    return true;
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
    if (byClient.merge(to, 1, Integer::sum) > mostPerClient) {
      forget(to);
      return false;
    }
    forget(from);
    return true;
  }

  private void forget(InetAddress client) {
    var _ = byClient.computeIfPresent(client, (who, count) -> count == 1 ? null : count - 1);
  }

  int open() {
    return open.get();
  }
}
