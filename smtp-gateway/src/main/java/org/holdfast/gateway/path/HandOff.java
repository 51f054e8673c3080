package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private final Transaction transaction;
  private final MemberTrust trust;
  private final Duration timeout;

  HandOff(Transaction transaction, MemberTrust trust, Duration timeout) {
    this.transaction = transaction;
    this.trust = trust;
    this.timeout = timeout;
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
  private record Open(Permitted to, CompletableFuture<Answer> answer) {}

  /** Fates by recipient number. Takes the permits over. */
  Map<Integer, Fate> deliver(Envelope envelope, List<Permitted> permitted, Inbound.Body content) {
    List<Open> open = new ArrayList<>();
    for (List<Permitted> group : byMember(permitted)) {
      open.addAll(begin(envelope, group, content));
    }
    await(open);
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
    List<Open> open = group.stream().map(p -> new Open(p, new CompletableFuture<>())).toList();
    content.retain();
    var _ =
        transaction
            .send(member, envelope, group.stream().map(Permitted::recipient).toList(), content)
            .whenComplete((answers, failure) -> {
              content.release();
              for (int i = 0; i < open.size(); i++) {
                end(open.get(i), failure == null ? answers.get(i) : Answers.attemptBroke(failure));
              }
            });
    return open;
  }

  private void end(Open open, Answer answer) {
    trust.learn(open.to().permit().member(), answer);
    open.to().over();
    open.answer().complete(answer);
  }

  private void await(List<Open> open) {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(open.stream().map(Open::answer).toArray(CompletableFuture[]::new));
    try {
      all.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      open.stream()
          .filter(o -> !o.answer().isDone())
          .forEach(o -> trust.doubt(o.to().permit().member()));
    } catch (InterruptedException e) {
      Thread.currentThread()
          .interrupt(); // as after a timeout: what is open goes on under the queue
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer never completes exceptionally", e);
    }
  }

  private static Fate fate(Open open) {
    String pair = open.to().permit().pair();
    return open.answer().isDone()
        ? new Fate.Answered(pair, open.answer().join())
        : new Fate.StillOpen(pair, open.answer());
  }
}
