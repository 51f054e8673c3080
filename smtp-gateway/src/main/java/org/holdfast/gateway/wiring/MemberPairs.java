package org.holdfast.gateway.wiring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.holdfast.gateway.metrics.Traffic;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.Change;
import org.holdfast.routing.Target;

/**
 * Whose member is it? Remembers those that were asked for, as long as no pair changes: at most as
 * many as the map has. Thread-safe.
 */
final class MemberPairs implements Traffic.PairNames, Consumer<Change> {

  /** While the map cannot tell. */
  private static final String UNKNOWN = "unknown";

  private final Routing routing;
  private final Map<Member, String> known = new ConcurrentHashMap<>();

  MemberPairs(Routing routing) {
    this.routing = routing;
  }

  @Override
  public String of(Member member) {
    String pair = known.get(member);
    return pair == null ? asked(member) : pair;
  }

  private String asked(Member member) {
    try {
      for (Pair pair : routing.pairs()) {
        pair.members().forEach(each -> known.put(each, pair.name()));
      }
    } catch (MapUnavailableException e) {
      return UNKNOWN;
    }
    return known.getOrDefault(member, UNKNOWN);
  }

  @Override
  public void accept(Change change) {
    if (change.target() instanceof Target.OfPair) {
      known.clear();
    }
  }
}
