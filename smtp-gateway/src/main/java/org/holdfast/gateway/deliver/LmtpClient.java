package org.holdfast.gateway.deliver;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;

/**
 * Hands messages to backends over LMTP (RFC 2033), over pooled connections, one pool for each
 * member's address. Set to {@link LmtpSettings.Protocol#SMTP} it speaks to SMTP servers (RFC 5321),
 * for one recipient a transaction: that is all that differs then.
 *
 * <p>Thread-safe. Nothing blocks. Stages complete on an event loop: what is attached to them must
 * not block either. A transaction is answered within {@link LmtpSettings#transactionDeadline}, as
 * long as the event loops live: end them after {@link #close}.
 */
public final class LmtpClient implements Transaction {

  private volatile LmtpSettings settings;
  private final EventLoopGroup loops;
  private final InstantSource clock;

  /** As many as the map names members: never removed, an unused pool is a few hundred octets. */
  private final ConcurrentHashMap<HostPort, MemberPool> pools = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * A client without connections yet.
   *
   * @param loops carry the connections; stay the caller's
   * @param clock for the times in {@link MemberHealth}
   */
  public LmtpClient(LmtpSettings settings, EventLoopGroup loops, InstantSource clock) {
    this.settings = settings;
    this.loops = loops;
    this.clock = clock;
  }

  /** Other times, for transactions begun and connections opened from now on. */
  public void useTimes(Duration connect, Duration reply, Duration transaction) {
    LmtpSettings other = settings.withTimes(connect, reply, transaction);
    settings = other;
    pools.values().forEach(pool -> pool.loop().execute(() -> pool.use(other)));
  }

  @Override
  public CompletionStage<List<Answer>> send(
      Member member,
      Envelope envelope,
      List<Recipient> recipients,
      Content content,
      Origin origin) {
    if (settings.protocol() == LmtpSettings.Protocol.SMTP && recipients.size() != 1) {
      throw new IllegalArgumentException("one SMTP reply would stand for " + recipients.size());
    }
    MemberPool pool = pools.computeIfAbsent(member.lmtp(), this::newPool);
    long deadline = pool.loop().ticker().nanoTime() + settings.transactionDeadline().toNanos();
    PendingTransaction transaction =
        new PendingTransaction(envelope, recipients, content, origin, deadline);
    try {
      pool.loop().execute(() -> submit(pool, transaction));
    } catch (RejectedExecutionException _) {
      transaction.end(new Answer.OurTrouble(true, OwnWords.CLOSED));
    }
    return transaction.stage;
  }

  private void submit(MemberPool pool, PendingTransaction transaction) {
    if (closed) {
      transaction.end(new Answer.OurTrouble(true, OwnWords.CLOSED));
    } else {
      pool.submit(transaction);
    }
  }

  private MemberPool newPool(HostPort lmtp) {
    MemberGauge gauge = new MemberGauge(lmtp, clock);
    return new MemberPool(loops.next(), settings, new Dialer(lmtp, loops), gauge);
  }

  /**
   * A light look whether the member speaks LMTP, outside the pool. Completes normally within
   * connect timeout and two reply timeouts.
   */
  public CompletionStage<ProbeAnswer> probe(Member member) {
    EventLoop loop = loops.next();
    Probe probe = new Probe(loop);
    try {
      loop.execute(() ->
          new Dialer(member.lmtp(), loops).dial(new LmtpConnection(loop, settings, probe), loop));
    } catch (RejectedExecutionException _) {
      probe.answer.complete(new ProbeAnswer.Down(OwnWords.CLOSED));
    }
    return probe.answer;
  }

  /** Every member something was sent to since the start, by address. A snapshot; any thread. */
  public List<MemberHealth> health() {
    return pools.values().stream()
        .map(MemberPool::health)
        .sorted(Comparator.comparing(h -> h.lmtp().toString()))
        .toList();
  }

  /**
   * Takes no more transactions, ends those that wait for a connection, lets those under way go on
   * for {@code grace} at most. The stage completes when no connection is left; call once.
   */
  public CompletionStage<Void> close(Duration grace) {
    closed = true;
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (MemberPool pool : pools.values()) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      ends.add(end);
      pool.loop().execute(() -> pool.close(end));
      var _ = pool.loop().schedule(pool::abort, grace.toMillis(), TimeUnit.MILLISECONDS);
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
  }
}
