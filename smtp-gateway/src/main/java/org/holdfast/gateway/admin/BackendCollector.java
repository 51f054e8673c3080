package org.holdfast.gateway.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.stream.Stream;
import org.holdfast.gateway.admin.PairStatus.MemberHealth;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.dispatch.DispatchStatus.Breaker;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;

/** How the backends stand and what is being released to them, as gauges. No I/O. */
final class BackendCollector implements MultiCollector {

  private final Routing routing;
  private final HoldQueue queue;
  private final PairStatus status;

  BackendCollector(Routing routing, HoldQueue queue, PairStatus status) {
    this.routing = routing;
    this.queue = queue;
    this.status = status;
  }

  @Override
  public MetricSnapshots collect() {
    List<NextHop> hops = queue.dispatch().nextHops();
    return new MetricSnapshots(Stream.concat(members(), releases(hops)).toList());
  }

  private Stream<MetricSnapshot> members() {
    var active = gauge("holdfast_member_active", "1 for the member that gets the pair's mail");
    var down = gauge("holdfast_member_down", "1 while the last that we heard of it was trouble");
    var silent =
        gauge(
            "holdfast_member_silent",
            "1 while deliveries are open and it has said nothing for 5 s");
    var open =
        gauge(
            "holdfast_member_deliveries_open",
            "Deliveries open to it, those that wait for a connection too");
    var onHold = gauge("holdfast_pair_on_hold", "1 while an operator holds the whole pair");
    for (Pair pair : pairs()) {
      onHold.dataPoint(point(Labels.of("pair", pair.name()), pair.onHold() ? 1 : 0));
      for (Member member : pair.members()) {
        Labels labels = Labels.of("pair", pair.name(), "member", member.name());
        MemberHealth health = status.member(pair.name(), member.name());
        active.dataPoint(point(labels, member.name().equals(pair.active()) ? 1 : 0));
        down.dataPoint(point(labels, health.word().equals("down") ? 1 : 0));
        silent.dataPoint(point(labels, health.word().equals("silent") ? 1 : 0));
        open.dataPoint(point(labels, health.inFlight()));
      }
    }
    return Stream.of(active.build(), down.build(), silent.build(), open.build(), onHold.build());
  }

  private static Stream<MetricSnapshot> releases(List<NextHop> hops) {
    var breaker =
        gauge("holdfast_breaker_open", "1 while held mail for it waits for the next probe");
    var rate = gauge("holdfast_release_rate", "Deliveries a second from the queue, lately");
    var open = gauge("holdfast_release_deliveries_open", "Deliveries from the queue open now");
    for (NextHop hop : hops) {
      Labels pair = Labels.of("pair", hop.name());
      Labels member = Labels.of("pair", hop.name(), "member", hop.member());
      breaker.dataPoint(point(member, hop.breaker() == Breaker.CLOSED ? 0 : 1));
      rate.dataPoint(point(pair, hop.rate()));
      open.dataPoint(point(pair, hop.inFlight()));
    }
    return Stream.of(breaker.build(), rate.build(), open.build());
  }

  private List<Pair> pairs() {
    try {
      return routing.pairs();
    } catch (MapUnavailableException e) {
      return List.of(); // holdfast_map_usable says so
    }
  }

  private static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  private static GaugeDataPointSnapshot point(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
