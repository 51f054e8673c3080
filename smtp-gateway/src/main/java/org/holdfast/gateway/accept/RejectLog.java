package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each command, login and connection that was refused, as Postfix's {@code NOQUEUE:
 * reject}. Whoever can connect can cause them, so they are bounded: {@link #BURST} at once, then
 * {@link #PER_SECOND}; what was left out is counted in the next line. Thread-safe; the lock guards
 * the count of lines only.
 */
final class RejectLog {

  static final int BURST = 1_000;
  static final int PER_SECOND = 10;

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.accept");

  private final InstantSource clock;
  private double allowed = BURST;
  private long last;
  private long leftOut;

  RejectLog(InstantSource clock) {
    this.clock = clock;
    this.last = clock.millis();
  }

  /** A connection that never came to a command. */
  void connection(InetAddress client, String why) {
    LoggingEventBuilder line = line("CONNECT");
    if (line != null) {
      line.addKeyValue("client", Peer.UNKNOWN + "[" + client.getHostAddress() + "]")
          .addKeyValue("reply", why)
          .log();
    }
  }

  /** A connection that ended in the middle of something. */
  void lost(Peer peer, String why) {
    LoggingEventBuilder line = bounded("lost connection");
    if (line != null) {
      line.addKeyValue("client", peer.logged())
          .addKeyValue("helo", peer.helo())
          .addKeyValue("reply", why)
          .log();
    }
  }

  /**
   * A login that failed.
   *
   * @param number how many of this session
   * @param why never what the client said: that may be a password
   */
  void login(Peer peer, int number, String why) {
    LoggingEventBuilder line = bounded("login");
    if (line != null) {
      line.addKeyValue("client", peer.logged())
          .addKeyValue("helo", peer.helo())
          .addKeyValue("status", "failed")
          .addKeyValue("reply", why + ", try " + number)
          .log();
    }
  }

  /**
   * A command that was refused.
   *
   * @param protocol as it would stand in {@code Received:}
   * @param from the sender, as far as it is known
   * @param to the recipient, or what was said instead of one
   */
  void command(
      String verb,
      Peer peer,
      String protocol,
      @Nullable String from,
      @Nullable String to,
      WireReply reply) {
    LoggingEventBuilder line = line(verb);
    if (line == null) {
      return;
    }
    line = line.addKeyValue("client", peer.logged()).addKeyValue("helo", peer.helo());
    line = line.addKeyValue("proto", protocol);
    line = TransactionLog.forwarded(line, peer.forwarded());
    if (from != null) {
      line = line.addKeyValue("from", from);
    }
    if (to != null) {
      line = line.addKeyValue("to", to);
    }
    line.addKeyValue("reply", reply.text()).log();
  }

  private @Nullable LoggingEventBuilder line(String stage) {
    return bounded("NOQUEUE: reject: " + stage);
  }

  private @Nullable LoggingEventBuilder bounded(String message) {
    if (!log.isInfoEnabled()) {
      return null;
    }
    long missed = admitted();
    if (missed < 0) {
      return null;
    }
    LoggingEventBuilder line = log.atInfo().setMessage(message);
    return missed == 0 ? line : line.addKeyValue("left_out", missed);
  }

  /** How many lines were left out before this one; negative when it is to be left out too. */
  private synchronized long admitted() {
    long now = clock.millis();
    allowed = Math.min(BURST, allowed + Math.max(0, now - last) * PER_SECOND / 1000.0);
    last = now;
    if (allowed < 1) {
      leftOut++;
      return -1;
    }
    allowed--;
    long missed = leftOut;
    leftOut = 0;
    return missed;
  }
}
