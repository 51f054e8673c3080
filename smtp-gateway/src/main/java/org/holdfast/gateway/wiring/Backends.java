package org.holdfast.gateway.wiring;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.holdfast.gateway.admin.PairStatus;
import org.holdfast.gateway.admin.Probe;
import org.holdfast.gateway.deliver.LmtpClient;
import org.holdfast.gateway.deliver.MemberHealth.Standing;
import org.holdfast.gateway.deliver.ProbeAnswer;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.dispatch.DispatchStatus;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.jspecify.annotations.Nullable;

/**
 * What admin shows of the backends, from those who know: the LMTP client, the dispatcher, the gate.
 * Thread-safe, no I/O but {@link #probe}.
 */
final class Backends implements PairStatus, Probe {

  private final Routing routing;
  private final HoldQueue queue;
  private final LmtpClient client;

  Backends(Routing routing, HoldQueue queue, LmtpClient client) {
    this.routing = routing;
    this.queue = queue;
    this.client = client;
  }

  @Override
  public MemberHealth member(String pair, String member) {
    return find(pair, member)
        .flatMap(m -> client.health().stream().filter(h -> h.lmtp().equals(m.lmtp())).findFirst())
        .map(Backends::standing)
        .orElse(MemberHealth.UNKNOWN);
  }

  private Optional<Member> find(String pair, String member) {
    try {
      return routing.pair(pair).stream()
          .flatMap(p -> p.members().stream())
          .filter(m -> m.name().equals(member))
          .findFirst();
    } catch (MapUnavailableException e) {
      return Optional.empty();
    }
  }

  static MemberHealth standing(org.holdfast.gateway.deliver.MemberHealth h) {
    @Nullable Double latency =
        h.latencyMicros() == 0 ? null : Math.round(h.latencyMicros() / 100.0) / 10.0;
    return isSilent(h)
        ? new MemberHealth("silent", words(h), h.unanswered(), h.deliveries(), latency)
        : new MemberHealth(
            h.standing().name().toLowerCase(Locale.ROOT),
            h.standing() == Standing.DOWN ? h.lastErrorText() : "",
            h.since(),
            h.deliveries(),
            latency);
  }

  /** It takes what we send and answers nothing: for long, that looks as if it were well. */
  private static boolean isSilent(org.holdfast.gateway.deliver.MemberHealth h) {
    return h.standing() != Standing.DOWN && h.silence().compareTo(SILENT) > 0;
  }

  private static String words(org.holdfast.gateway.deliver.MemberHealth h) {
    return "nothing heard for "
        + h.silence().toSeconds()
        + " s, deliveries open: "
        + h.deliveries();
  }

  @Override
  public int inFlight(String pair) {
    return (int) routing.open().stream().filter(o -> o.pair().equals(pair)).count();
  }

  @Override
  public long released(String pair) {
    return queue.dispatch().nextHops().stream()
        .filter(n -> n.name().equals(pair))
        .mapToLong(DispatchStatus.NextHop::done)
        .sum();
  }

  /** That a server answers says nothing of what is in its mailboxes. */
  private static String unseen(Member member) {
    String why =
        member.imap() == null
            ? "it has no imap address in the map"
            : "this version does not read mail back over IMAP";
    return "nobody has looked into the mailboxes of " + member.name() + ": " + why;
  }

  @Override
  public Finding probe(Pair pair, Member member, Duration patience) throws InterruptedException {
    try {
      ProbeAnswer answer =
          client
              .probe(member)
              .toCompletableFuture()
              .get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return switch (answer) {
        case ProbeAnswer.Up up ->
            new Finding(
                true,
                "answers LMTP in %d ms; mailboxes NOT looked into".formatted(up.took().toMillis()),
                unseen(member));
        case ProbeAnswer.Down down -> new Finding(false, down.why().line());
      };
    } catch (TimeoutException e) {
      return new Finding(false, "no answer within " + patience);
    } catch (ExecutionException e) {
      return new Finding(false, String.valueOf(e.getCause()));
    }
  }
}
