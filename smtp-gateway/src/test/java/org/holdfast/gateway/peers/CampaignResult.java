package org.holdfast.gateway.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.holdfast.gateway.peers.CampaignBackend.Arrival;

/** Compares what senders were told with what arrived; sums up over all rounds. */
final class CampaignResult {

  /** A message may still be read from a dead gateway's connection for so long. */
  private static final long IN_FLIGHT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int AROUND = 5;

  int accepted;
  int arrived;

  /** Copies because a sender did not get its answer and sent again: another id. */
  int sentAgain;

  /**
   * Copies because a sender was told "later" when some of its recipients had been handed over
   * already: another id.
   */
  int sentAgainLater;

  /** Answers that said "later". */
  int deferred;

  /** Copies because the gateway did not get the backend's answer: the same id. */
  int deliveredAgain;

  final List<String> lost = new ArrayList<>();

  /** What was delivered again, of all rounds. */
  final List<String> again = new ArrayList<>();

  final List<String> strangers = new ArrayList<>();
  final List<String> unexplained = new ArrayList<>();
  final List<String> outOfOrder = new ArrayList<>();
  final List<String> damaged = new ArrayList<>();

  private final List<Long> kills;

  CampaignResult(List<Long> kills) {
    this.kills = kills;
  }

  /** Counts one sender's users. */
  void add(CampaignSender sender, CampaignBackend backend) {
    deferred += sender.deferred;
    for (String user : sender.users) {
      List<Arrival> arrivals = backend.arrivals(user);
      List<Integer> acknowledged = sender.acknowledged.getOrDefault(user, List.of());
      accepted += acknowledged.size();
      arrived += arrivals.size();
      lost(user, sender, acknowledged, arrivals);
      strangers(user, sender, arrivals);
      order(user, arrivals);
      duplicates(user, sender, arrivals);
    }
  }

  private void lost(
      String user, CampaignSender sender, List<Integer> acknowledged, List<Arrival> arrivals) {
    Set<Integer> there = new HashSet<>();
    arrivals.forEach(arrival -> there.add(arrival.number()));
    for (int number : acknowledged) {
      if (!there.contains(number)) {
        lost.add(user + " " + number + " id " + sender.ids.get(number) + around(number, arrivals));
      }
    }
  }

  /** For a person who looks for the cause. */
  private static String around(int number, List<Arrival> arrivals) {
    return arrivals.stream()
        .filter(arrival -> Math.abs(arrival.number() - number) <= AROUND)
        .map(arrival -> arrival.number() + " " + arrival.id())
        .collect(Collectors.joining(", ", "; around it: ", ""));
  }

  /** What arrived for a user and was never sent to it. */
  private void strangers(String user, CampaignSender sender, List<Arrival> arrivals) {
    Set<Integer> sent = Set.copyOf(sender.acknowledged.getOrDefault(user, List.of()));
    arrivals.stream()
        .filter(arrival -> !sent.contains(arrival.number()))
        .forEach(arrival -> strangers.add(user + " " + arrival));
  }

  private void order(String user, List<Arrival> arrivals) {
    for (int i = 1; i < arrivals.size(); i++) {
      int before = arrivals.get(i - 1).number();
      if (arrivals.get(i).number() < before) {
        outOfOrder.add(user + " " + arrivals.get(i).number() + " after " + before);
      }
    }
  }

  private void duplicates(String user, CampaignSender sender, List<Arrival> arrivals) {
    Map<Integer, Map<String, Arrival>> seen = new HashMap<>();
    for (Arrival arrival : arrivals) {
      if (!arrival.whole()) {
        damaged.add(user + " " + arrival);
      }
      Map<String, Arrival> copies = seen.computeIfAbsent(arrival.number(), n -> new HashMap<>());
      Arrival earlier = copies.put(arrival.id(), arrival);
      if (earlier != null) {
        again(user, earlier, arrival);
      }
    }
    seen.forEach((number, copies) -> {
      int more = copies.size() - 1;
      int cut = Math.min(more, sender.cut.getOrDefault(number, 0));
      sentAgain += cut;
      sentAgainLater += more - cut;
      if (more - cut > sender.putOff.getOrDefault(number, 0)) {
        unexplained.add(user + " " + number + " under " + copies.keySet());
      }
    });
  }

  private void again(String user, Arrival first, Arrival second) {
    deliveredAgain++;
    again.add(user + " " + first + " and again " + second);
    boolean killedBetween =
        kills.stream()
            .anyMatch(
                kill -> kill > first.nanoTime() - IN_FLIGHT_NANOS && kill < second.nanoTime());
    if (!killedBetween) {
      unexplained.add(user + " " + first + " and again " + second);
    }
  }
}
