package org.holdfast.gateway.deliver;

import java.time.Duration;

/**
 * What the client is set to. Every wait and every queue has its bound here.
 *
 * @param protocol what is spoken
 * @param hostname what LHLO or EHLO says
 * @param connectTimeout bound on name lookup and TCP connect together, and on the wait for the
 *     greeting after that
 * @param replyTimeout bound on the wait for one reply, and on one stretch of content without
 *     progress (RFC 5321 section 4.5.3.2, which RFC 2033 takes over)
 * @param transactionDeadline bound on a whole transaction, counted from {@code send}, waiting for a
 *     connection included: no attempt stays open for longer
 * @param connectionsPerMember open connections to one member, those being opened included
 * @param waitingPerMember transactions that may wait for a connection to one member; one more is
 *     answered at once
 * @param idleTime how long an unused connection is kept
 * @param eightBitAnyway whether 8-bit octets are sent, unconverted, to who did not offer 8BITMIME
 */
public record LmtpSettings(
    Protocol protocol,
    String hostname,
    Duration connectTimeout,
    Duration replyTimeout,
    Duration transactionDeadline,
    int connectionsPerMember,
    int waitingPerMember,
    Duration idleTime,
    boolean eightBitAnyway) {

  /** What a server is greeted with, and so which protocol it speaks with us. */
  public enum Protocol {
    /** RFC 2033: one reply after the data for each recipient. */
    LMTP("LHLO"),
    /** RFC 5321: one reply after the data, so a transaction has one recipient here. */
    SMTP("EHLO");

    final String hello;

    Protocol(String hello) {
      this.hello = hello;
    }
  }

  public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  public static final Duration REPLY_TIMEOUT = Duration.ofMinutes(5);
  public static final Duration TRANSACTION_DEADLINE = Duration.ofMinutes(10);
  public static final int CONNECTIONS_PER_MEMBER = 20;
  public static final int WAITING_PER_MEMBER = 1000;
  public static final Duration IDLE_TIME = Duration.ofSeconds(30);

  public LmtpSettings {
    if (hostname.isEmpty() || !hostname.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("not a host name for LHLO: " + hostname);
    }
    positive("connectTimeout", connectTimeout);
    positive("replyTimeout", replyTimeout);
    positive("transactionDeadline", transactionDeadline);
    positive("idleTime", idleTime);
    if (connectionsPerMember < 1 || waitingPerMember < 0) {
      throw new IllegalArgumentException("connectionsPerMember < 1 or waitingPerMember < 0");
    }
  }

  /** The defaults. */
  public static LmtpSettings of(String hostname) {
    return new LmtpSettings(
        Protocol.LMTP,
        hostname,
        CONNECT_TIMEOUT,
        REPLY_TIMEOUT,
        TRANSACTION_DEADLINE,
        CONNECTIONS_PER_MEMBER,
        WAITING_PER_MEMBER,
        IDLE_TIME,
        false);
  }

  /** These with other bounds in time. */
  public LmtpSettings withTimes(Duration connect, Duration reply, Duration transaction) {
    return new LmtpSettings(
        protocol,
        hostname,
        connect,
        reply,
        transaction,
        connectionsPerMember,
        waitingPerMember,
        idleTime,
        eightBitAnyway);
  }

  /** These for a server that speaks this. */
  public LmtpSettings with(Protocol other) {
    return new LmtpSettings(
        other,
        hostname,
        connectTimeout,
        replyTimeout,
        transactionDeadline,
        connectionsPerMember,
        waitingPerMember,
        idleTime,
        eightBitAnyway);
  }

  /** These with another pool. */
  public LmtpSettings withPool(int connections, int waiting, Duration idle) {
    return new LmtpSettings(
        protocol,
        hostname,
        connectTimeout,
        replyTimeout,
        transactionDeadline,
        connections,
        waiting,
        idle,
        eightBitAnyway);
  }

  /** These for backends that take 8-bit octets without saying so, or for any. */
  public LmtpSettings withEightBitAnyway(boolean anyway) {
    return new LmtpSettings(
        protocol,
        hostname,
        connectTimeout,
        replyTimeout,
        transactionDeadline,
        connectionsPerMember,
        waitingPerMember,
        idleTime,
        anyway);
  }

  private static void positive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be longer than zero");
    }
  }
}
