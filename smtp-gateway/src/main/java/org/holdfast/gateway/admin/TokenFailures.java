package org.holdfast.gateway.admin;

import com.codahale.metrics.Counter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who shows tokens that are no good: counted, logged, and answered later and later, each client for
 * itself. A good token never comes here, whoever else sits behind the same address. Thread-safe.
 *
 * <p>This keeps noise and load down; it is not what makes guessing hopeless. That is the 256 bits
 * of a token.
 */
final class TokenFailures {

  /** Clients remembered: IPv4 addresses and IPv6 /64; the one longest silent is forgotten. */
  static final int MOST_CLIENTS = 10_000;

  /** Wrong tokens of one client that are answered at once. */
  static final int FREE = 3;

  /** The first wait; each further failure doubles it. */
  static final Duration FIRST_WAIT = Duration.ofMillis(250);

  /** No answer waits longer. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

  /** After so long without a failure a client begins anew. */
  static final Duration FORGIVEN = Duration.ofMinutes(10);

  /** Answers of one client that wait at one time; one more is refused with 429 at once. */
  static final int MOST_WAITING_OF_ONE = 4;

  /** Answers that wait at one time, of all clients. */
  static final int MOST_WAITING = 256;

  /** At most one line in the log for a client in this time. */
  static final Duration TOLD_EVERY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(TokenFailures.class);

  private final InstantSource clock;
  private final Counter counted;

  /** Guarded by itself, like every {@link Client} in it and {@link #waiting}. */
  private final Map<String, Client> clients =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Client> eldest) {
          return size() > MOST_CLIENTS;
        }
      };

  private int waiting;

  TokenFailures(InstantSource clock, Counter counted) {
    this.clock = clock;
    this.counted = counted;
  }

  private static final class Client {
    private int failures;
    private int waiting;
    private int untold;
    private Instant last = Instant.MIN;
    private Instant told = Instant.MIN;
  }

  /** A place to wait in; to be closed when the wait is over. */
  final class Wait implements AutoCloseable {
    private final Client client;
    private final Duration length;

    private Wait(Client client, Duration length) {
      this.client = client;
      this.length = length;
      client.waiting++;
      waiting++;
    }

    Duration length() {
      return length;
    }

    @Override
    public void close() {
      synchronized (clients) {
        client.waiting--;
        waiting--;
      }
    }
  }

  /**
   * One more failure.
   *
   * @param from the client's address
   * @param what it asked for and why its token is no good, for the log
   * @return how long its answer is to wait; empty: too many of its answers wait already
   */
  Optional<Wait> failed(String from, String what) {
    counted.inc();
    synchronized (clients) {
      Client client = clients.computeIfAbsent(key(from), _ -> new Client());
      Instant now = clock.instant();
      if (client.failures > 0 && client.last.plus(FORGIVEN).isBefore(now)) {
        client.failures = 0;
      }
      client.failures++;
      client.untold++;
      client.last = now;
      tell(client, from, what, now);
      if (client.waiting >= MOST_WAITING_OF_ONE || waiting >= MOST_WAITING) {
        return Optional.empty();
      }
      return Optional.of(new Wait(client, wait(client.failures)));
    }
  }

  private static Duration wait(int failures) {
    if (failures <= FREE) {
      return Duration.ZERO;
    }
    int doublings = Math.min(failures - FREE - 1, 10);
    Duration wait = FIRST_WAIT.multipliedBy(1L << doublings);
    return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
  }

  private static void tell(Client client, String from, String what, Instant now) {
    if (client.told.equals(Instant.MIN) || !client.told.plus(TOLD_EVERY).isAfter(now)) {
      LOG.warn("admin: {} wrong token(s) from {}; the last: {}", client.untold, from, what);
      client.told = now;
      client.untold = 0;
    }
  }

  /** An IPv6 customer has 2^64 addresses and is one client all the same (RFC 6177). */
  private static String key(String from) {
    try {
      InetAddress address = InetAddress.ofLiteral(from);
      return address instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), 8))
          : address.getHostAddress();
    } catch (IllegalArgumentException _) {
      return from;
    }
  }
}
