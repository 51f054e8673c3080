package org.holdfast.holdqueue.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops.Way;

/** What surrounds the dispatcher in a simulation, and what really happened in it. */
final class World {

  static final List<String> NEXT_HOPS = List.of("pair1", "pair2", "pair3");
  static final List<String> DOMAINS = List.of("a.example", "b.example");

  /** Small, so that every bound is met. */
  static final DispatchLimits LIMITS =
      new DispatchLimits(
          3,
          0,
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofMillis(30),
          2,
          4,
          5,
          3,
          3);

  final MemoryBacklog backlog = new MemoryBacklog();
  final List<String> lanes = new ArrayList<>();
  final Map<String, String> livesOn = new HashMap<>();
  final Set<String> shut = new HashSet<>();
  final Set<String> broken = new HashSet<>();
  boolean everythingShut;
  boolean mapDown;

  /** By sequence: what was accepted, how often it was taken, what a person threw away. */
  final Map<Long, Delivery> accepted = new HashMap<>();

  final Map<Long, Integer> taken = new HashMap<>();
  final Set<Long> discarded = new HashSet<>();

  /** May be taken once more: its outcome was lost, or a person meddled. */
  final Set<Long> mayRepeat = new HashSet<>();

  /** Lane to next hop of the dispatcher's open attempts. */
  final Map<String, String> ownOpen = new HashMap<>();

  /** Sequences of attempts begun elsewhere that are open. */
  final Set<Long> adoptedOpen = new HashSet<>();

  /** Those the dispatcher was told of, with their lane. */
  final Map<Long, String> adoptedKnown = new HashMap<>();

  /** Lanes about which news is still on its way to the dispatcher, and how many. */
  private final Map<String, Integer> news = new HashMap<>();

  World(SplittableRandom random) {
    int count = random.nextInt(3, 25);
    for (int i = 0; i < count; i++) {
      String lane = "u%02d@%s".formatted(i, DOMAINS.get(i % DOMAINS.size()));
      lanes.add(lane);
      livesOn.put(lane, NEXT_HOPS.get(random.nextInt(NEXT_HOPS.size())));
    }
  }

  Way way(String lane) {
    if (mapDown) {
      return new Way.Unknown("the map is down");
    }
    return isOpen(lane)
        ? new Way.Open(livesOn.getOrDefault(lane, ""), "member", lane.startsWith("u01") ? 1 : 0)
        : new Way.Shut(livesOn.getOrDefault(lane, ""), "on hold");
  }

  boolean isOpen(String lane) {
    String domain = lane.substring(lane.indexOf('@') + 1);
    return !everythingShut
        && !shut.contains(lane)
        && !shut.contains(domain)
        && !shut.contains(livesOn.getOrDefault(lane, ""));
  }

  void newsBegins(String lane) {
    news.merge(lane, 1, Integer::sum);
  }

  void newsTold(String lane) {
    news.merge(lane, -1, Integer::sum);
  }

  void forgetNews() {
    news.clear();
  }

  /** Something a person did to this lane is not known to the dispatcher yet. */
  boolean isNews(String lane) {
    return news.getOrDefault(lane, 0) > 0;
  }
}
