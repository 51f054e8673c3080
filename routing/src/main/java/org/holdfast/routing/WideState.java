package org.holdfast.routing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What concerns many users at once and is little: pairs, holds of domains and of everything, and
 * which users and pairs are being switched right now. An immutable picture; a change makes a new
 * one.
 *
 * <p>Being switched is never written down: a switch that a crash cuts off has not happened.
 *
 * @param holds by domain; "*" is everything
 */
record WideState(
    Map<String, Pair> pairs,
    Map<String, Standing> holds,
    Set<String> usersInSwitch,
    Set<String> pairsInSwitch) {

  /** Stands for everything in {@link #holds}. */
  static final String EVERYTHING = "*";

  static final WideState EMPTY = new WideState(Map.of(), Map.of(), Set.of(), Set.of());

  WideState {
    pairs = Map.copyOf(pairs);
    holds = Map.copyOf(holds);
    usersInSwitch = Set.copyOf(usersInSwitch);
    pairsInSwitch = Set.copyOf(pairsInSwitch);
  }

  @Nullable Standing everything() {
    return holds.get(EVERYTHING);
  }

  WideState with(MapChange change) {
    return switch (change) {
      case MapChange.PutPair p ->
          new WideState(
              edited(pairs, m -> m.put(p.pair().name(), p.pair())),
              holds,
              usersInSwitch,
              pairsInSwitch);
      case MapChange.RemovePair r ->
          new WideState(
              edited(pairs, m -> m.remove(r.name())), holds, usersInSwitch, pairsInSwitch);
      case MapChange.PutHold h -> withHold(h);
      case MapChange.Reset _ -> EMPTY;
      default -> this;
    };
  }

  private WideState withHold(MapChange.PutHold hold) {
    Map<String, Standing> after =
        edited(
            holds,
            m -> {
              if (hold.onHold()) {
                m.put(hold.domain(), hold.standing());
              } else {
                m.remove(hold.domain());
              }
            });
    return new WideState(pairs, after, usersInSwitch, pairsInSwitch);
  }

  WideState withUsersInSwitch(Consumer<Set<String>> edit) {
    Set<String> after = new HashSet<>(usersInSwitch);
    edit.accept(after);
    return new WideState(pairs, holds, after, pairsInSwitch);
  }

  WideState withPairInSwitch(String pair, boolean in) {
    Set<String> after = new HashSet<>(pairsInSwitch);
    boolean _ = in ? after.add(pair) : after.remove(pair);
    return new WideState(pairs, holds, usersInSwitch, after);
  }

  private static <V> Map<String, V> edited(Map<String, V> map, Consumer<Map<String, V>> edit) {
    Map<String, V> copy = new HashMap<>(map);
    edit.accept(copy);
    return copy;
  }
}
