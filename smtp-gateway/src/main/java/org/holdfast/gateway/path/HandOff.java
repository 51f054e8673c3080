package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;

/**
 * Takes one message straight to the backends of those recipients that have a permit, one
 * transaction for each pair, all at once, and waits at most the hand-off time. The end of that time
 * ends the sender's wait, not the attempts: each keeps its permit and the content until it is over.
 */
final class HandOff {

  /** How long the timer's thread outlives the last wait. */
  private static final Duration TIMER_IDLE = Duration.ofSeconds(5);

  private final Transaction transaction;
  private final MemberTrust trust;
  private final AfterAcceptance after;
  private volatile Duration timeout;
  private final ScheduledExecutorService timer;

  HandOff(
      Transaction transaction,
      MemberTrust trust,
      AfterAcceptance after,
      Duration timeout,
      ScheduledExecutorService timer) {
    this.transaction = transaction;
    this.trust = trust;
    this.after = after;
    this.timeout = timeout;
    this.timer = timer;
  }

  /** Ends waits. Its thread lives only while there are any. */
  static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("hand-off-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(TIMER_IDLE.toMillis(), TimeUnit.MILLISECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  /** Senders wait so long from now on. */
  void timeout(Duration other) {
    timeout = other;
  }

  /** A recipient and its right to go now; {@code ended} is run once its attempt is over. */
  record Permitted(int number, Recipient recipient, Permit permit, Runnable ended) {

    /** The attempt has ended, or will never begin. */
    void over() {
      permit.close();
      ended.run();
    }
  }

  /** An attempt on its way. */
  private record Open(String id, Permitted to, CompletableFuture<Answer> answer) {}

  /**
   * Begins the attempts and takes the permits over. The fates, by recipient number, come on the
   * thread that brings the last answer, or on the timer's; at once when nobody is permitted.
   */
  CompletableFuture<Map<Integer, Fate>> deliver(
      Envelope envelope, List<Permitted> permitted, Inbound.Body content) {
    List<Open> open = new ArrayList<>();
    for (List<Permitted> group : byMember(permitted)) {
      open.addAll(begin(envelope, group, content));
    }
    CompletableFuture<Map<Integer, Fate>> fates = new CompletableFuture<>();
    CompletableFuture<Void> all =
        CompletableFuture.allOf(open.stream().map(Open::answer).toArray(CompletableFuture[]::new));
    if (all.isDone()) {
      fates.complete(fates(open));
      return fates;
    }
    Future<?> timedOut =
        timer.schedule(() -> late(open, fates), timeout.toMillis(), TimeUnit.MILLISECONDS);
    var _ =
        all.whenComplete((_, _) -> {
          timedOut.cancel(false);
          fates.complete(fates(open));
        });
    return fates;
  }

  private void late(List<Open> open, CompletableFuture<Map<Integer, Fate>> fates) {
    if (fates.isDone()) {
      return;
    }
    open.stream()
        .filter(o -> !o.answer().isDone())
        .forEach(o -> trust.doubt(o.to().permit().member()));
    fates.complete(fates(open));
  }

  private static Map<Integer, Fate> fates(List<Open> open) {
    Map<Integer, Fate> fates = new LinkedHashMap<>();
    open.forEach(o -> fates.put(o.to().number(), fate(o)));
    return fates;
  }

  private static List<List<Permitted>> byMember(List<Permitted> permitted) {
    Map<String, List<Permitted>> groups = new LinkedHashMap<>();
    for (Permitted p : permitted) {
      String member = p.permit().pair() + "/" + p.permit().member().name();
      groups.computeIfAbsent(member, _ -> new ArrayList<>()).add(p);
    }
    return List.copyOf(groups.values());
  }

  private List<Open> begin(Envelope envelope, List<Permitted> group, Inbound.Body content) {
    Member member = group.getFirst().permit().member();
    List<Open> open =
        group.stream().map(p -> new Open(envelope.id(), p, new CompletableFuture<>())).toList();
    content.retain();
    var _ =
        send(member, envelope, group.stream().map(Permitted::recipient).toList(), content)
            .whenComplete((answers, failure) -> {
              content.release();
              for (int i = 0; i < open.size(); i++) {
                end(open.get(i), failure == null ? answers.get(i) : Answers.attemptBroke(failure));
              }
            });
    return open;
  }

  private CompletionStage<List<Answer>> send(
      Member member, Envelope envelope, List<Recipient> recipients, Inbound.Body content) {
    try {
      return transaction.send(member, envelope, recipients, content, Transaction.Origin.DOOR);
    } catch (RuntimeException e) { // a permit that stayed open would stop every flip
      return CompletableFuture.failedStage(e);
    }
  }

  private void end(Open open, Answer said) {
    Answer answer = trust.weigh(open.to().permit(), open.id(), said);
    after.learn(open.to().permit().member(), answer);
    open.to().over();
    open.answer().complete(answer);
  }

  private static Fate fate(Open open) {
    Permit permit = open.to().permit();
    return open.answer().isDone()
        ? new Fate.Answered(permit.pair(), permit.member(), open.answer().join())
        : new Fate.StillOpen(permit.pair(), permit.member(), open.answer());
  }
}
