package org.holdfast.gateway.deliver;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one member and the transactions that wait for one. Everything of one member
 * happens on one event loop, so there is no lock.
 *
 * <p>Transactions wait in a {@link WaitingLine}; a connection that becomes ready takes the next. A
 * connection is opened when more wait than are being opened already. When an opening fails and
 * other connections live, the waiting ones wait for those; when none is left, all are told at once.
 */
final class MemberPool implements LmtpConnection.Owner {

  private static final Logger log = LoggerFactory.getLogger(MemberPool.class);

  private final EventLoop loop;
  private LmtpSettings settings;
  private final Dialer dialer;
  private final MemberGauge gauge;
  private final WaitingLine waiting = new WaitingLine();
  private final ArrayDeque<LmtpConnection> idle = new ArrayDeque<>();

  /** Every connection that is up or being opened. */
  private final Set<LmtpConnection> all = new HashSet<>();

  /** Connections being opened for the one retry of a transaction. */
  private final Map<LmtpConnection, PendingTransaction> retries = new HashMap<>();

  private final Watch waitingWatch;
  private int opening;
  private boolean reachable = true;
  private @Nullable CompletableFuture<Void> closing;

  MemberPool(EventLoop loop, LmtpSettings settings, Dialer dialer, MemberGauge gauge) {
    this.loop = loop;
    this.settings = settings;
    this.dialer = dialer;
    this.gauge = gauge;
    this.waitingWatch = new Watch(loop, this::waitedTooLong);
  }

  EventLoop loop() {
    return loop;
  }

  /** Other times, for connections opened from now on. On the loop. */
  void use(LmtpSettings other) {
    settings = other;
  }

  MemberHealth health() {
    return gauge.snapshot();
  }

  // ---- transactions

  void submit(PendingTransaction transaction) {
    if (closing != null) {
      end(transaction, new Answer.OurTrouble(true, OwnWords.CLOSED));
    } else if (idle.isEmpty() && full()) {
      end(transaction, new Answer.OurTrouble(true, OwnWords.TOO_MANY_WAITING));
    } else {
      waiting.add(transaction);
      serve();
    }
  }

  private boolean full() {
    boolean canOpen = all.size() < settings.connectionsPerMember();
    return !canOpen && waiting.size() - opening >= settings.waitingPerMember();
  }

  private void serve() {
    while (!waiting.isEmpty() && !idle.isEmpty()) {
      idle.removeLast().begin(waiting.next(), this);
    }
    while (opening < waiting.size() && all.size() < settings.connectionsPerMember()) {
      opening++;
      open();
    }
    watchWaiting();
    count();
  }

  private LmtpConnection open() {
    LmtpConnection connection = new LmtpConnection(loop, settings, this);
    all.add(connection);
    dialer.dial(connection, loop);
    return connection;
  }

  /** Begins a transaction anew on a fresh connection, before those that wait. */
  void again(PendingTransaction transaction) {
    LmtpConnection fresh = open();
    retries.put(fresh, transaction);
    var _ =
        loop.schedule(
            () -> retryTooLate(fresh), transaction.deadline - now(), TimeUnit.NANOSECONDS);
  }

  private void retryTooLate(LmtpConnection fresh) {
    if (retries.containsKey(fresh)) {
      fresh.fail(OwnWords.noAnswer("no fresh connection in time"), false);
    }
  }

  private long now() {
    return waitingWatch.now();
  }

  /** Everybody has an answer. */
  void over(PendingTransaction transaction) {
    gauge.ended();
    for (Answer answer : transaction.answered()) {
      switch (answer) {
        case Answer.Delivered _ -> gauge.success();
        case Answer.OurTrouble(boolean whole, Reply reply) when !whole -> {
          log(transaction, reply); // one mailbox's, so the member answers
          gauge.answered();
        }
        case Answer.OurTrouble(_, Reply reply) -> trouble(transaction, reply);
        case Answer.Uncertain(Reply reply) -> trouble(transaction, reply);
        case Answer.MailboxTrouble _, Answer.NotBelieved _ -> gauge.answered();
      }
    }
    count();
    transaction.end();
  }

  private void trouble(PendingTransaction transaction, Reply reply) {
    gauge.error(reply);
    log(transaction, reply);
  }

  private void log(PendingTransaction transaction, Reply reply) {
    if (log.isDebugEnabled()) {
      log.debug("{} to {}: {}", transaction.envelope.id(), gauge.snapshot().lmtp(), reply.line());
    }
  }

  void latency(long nanos) {
    gauge.latency(nanos);
  }

  private void end(PendingTransaction transaction, Answer answer) {
    transaction.answerOpen(answer);
    over(transaction);
  }

  private void waitedTooLong() {
    for (PendingTransaction late : waiting.overdue(now())) {
      Reply why = OwnWords.noAnswer("no connection became free in time");
      end(late, new Answer.OurTrouble(true, why));
    }
    watchWaiting();
    count();
  }

  private void watchWaiting() {
    waitingWatch.at(waiting.firstDeadline());
  }

  // ---- connections

  @Override
  public void ready(LmtpConnection connection) {
    up();
    PendingTransaction retry = opened(connection);
    if (retry != null) {
      connection.begin(retry, this);
    } else if (!waiting.isEmpty()) {
      connection.begin(waiting.next(), this);
    } else if (closing != null) {
      connection.quit();
    } else {
      idle.addLast(connection);
    }
    watchWaiting();
    count();
  }

  private @Nullable PendingTransaction opened(LmtpConnection connection) {
    if (connection.markOpened()) {
      PendingTransaction retry = retries.remove(connection);
      if (retry == null) {
        opening--;
      }
      return retry;
    }
    return null;
  }

  @Override
  public void lost(LmtpConnection connection, Reply why, boolean greeted) {
    all.remove(connection);
    idle.remove(connection);
    PendingTransaction retry = opened(connection);
    if (greeted) {
      serve();
    } else {
      down(why);
      if (retry != null) {
        end(retry, new Answer.OurTrouble(true, why));
      }
      endWaitingIfAlone(why);
    }
    count();
    closedIfDone();
  }

  /** One line when it goes down and one when it is back, however often it is tried meanwhile. */
  private void down(Reply why) {
    gauge.error(why);
    if (reachable) {
      log.warn(
          "no {} connection to {}: {}", settings.protocol(), gauge.snapshot().lmtp(), why.line());
    }
    reachable = false;
  }

  private void up() {
    if (!reachable) {
      log.info("{} connection to {} again", settings.protocol(), gauge.snapshot().lmtp());
    }
    reachable = true;
  }

  private void endWaitingIfAlone(Reply why) {
    if (all.isEmpty()) {
      List<PendingTransaction> hopeless = waiting.removeAll();
      watchWaiting();
      hopeless.forEach(t -> end(t, new Answer.OurTrouble(true, why)));
    }
  }

  private void count() {
    int connecting = opening + retries.size();
    int open = all.size() - connecting;
    gauge.pool(open, open - idle.size(), connecting, waiting.size());
  }

  // ---- the end

  /** Takes no more, ends what waits; what is under way goes on until its end. */
  void close(CompletableFuture<Void> done) {
    closing = done;
    List<PendingTransaction> left = waiting.removeAll();
    left.forEach(t -> end(t, new Answer.OurTrouble(true, OwnWords.CLOSED)));
    List.copyOf(idle).forEach(LmtpConnection::quit);
    closedIfDone();
  }

  /** Cuts off what is still under way. */
  void abort() {
    List.copyOf(all).forEach(c -> c.fail(OwnWords.CLOSED, false));
  }

  private void closedIfDone() {
    if (closing != null && all.isEmpty()) {
      closing.complete(null);
    }
  }
}
