package org.holdfast.gateway.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.holdfast.gateway.admin.PairStatus.MemberHealth;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueSummary.Totals;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.jspecify.annotations.Nullable;

/**
 * A pair as the API shows it.
 *
 * @param state the word active, or hold
 * @param health how the active member stands: {@code up}, {@code silent}, {@code down}, {@code
 *     unknown}
 * @param held deliveries held for the pair, in any state
 * @param inFlight deliveries open to it now
 * @param released deliveries from the queue that it took in the release under way
 * @param ratePerSecond how many of them a second, lately
 * @param breaker of the active member: {@code closed}; {@code open}, held mail waits for the next
 *     probe; {@code probing}
 */
record PairView(
    String name,
    Map<String, MemberView> members,
    String active,
    String state,
    String reason,
    Instant since,
    String by,
    long epoch,
    String health,
    long held,
    Map<String, Long> byState,
    long bytes,
    @Nullable Instant oldest,
    int inFlight,
    long released,
    double ratePerSecond,
    String breaker) {

  /** One server of the pair; {@code latencyMillis} is null before its first answer. */
  record MemberView(
      String lmtp,
      @Nullable String imap,
      String health,
      String detail,
      @Nullable Instant since,
      int inFlight,
      @Nullable Double latencyMillis) {}

  static PairView of(
      Pair pair, @Nullable Totals totals, PairStatus status, double rate, String breaker) {
    return new PairView(
        pair.name(),
        members(pair, status),
        pair.active(),
        Words.holdWord(pair.onHold()),
        pair.standing().reason(),
        pair.standing().since(),
        pair.standing().by(),
        pair.standing().epoch(),
        status.member(pair.name(), pair.active()).word(),
        totals == null ? 0 : HeldMail.deliveries(totals),
        byState(totals),
        totals == null ? 0 : totals.bytes(),
        totals == null ? null : totals.oldest(),
        status.inFlight(pair.name()),
        status.released(pair.name()),
        rate,
        breaker);
  }

  static Map<String, MemberView> members(Pair pair, PairStatus status) {
    Map<String, MemberView> members = new LinkedHashMap<>();
    for (Member member : pair.members()) {
      MemberHealth health = status.member(pair.name(), member.name());
      String imap = member.imap() == null ? null : member.imap().toString();
      members.put(
          member.name(),
          new MemberView(
              member.lmtp().toString(),
              imap,
              health.word(),
              health.detail(),
              health.since(),
              health.inFlight(),
              health.latencyMillis()));
    }
    return members;
  }

  /** Every state has its line, zero too. */
  static Map<String, Long> byState(@Nullable Totals totals) {
    Map<String, Long> byState = new LinkedHashMap<>();
    for (DeliveryState state : DeliveryState.values()) {
      long count = totals == null ? 0 : totals.deliveries().getOrDefault(state, 0L);
      byState.put(Words.word(state), count);
    }
    return byState;
  }
}
