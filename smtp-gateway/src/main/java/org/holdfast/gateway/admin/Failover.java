package org.holdfast.gateway.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Target;
import org.holdfast.routing.Who;
import org.jspecify.annotations.Nullable;

/**
 * The controlled failover of a pair: hold, drain, probe the standby, switch, release. When a step
 * fails, what was done is undone and the report says so. One at a time for a pair. Thread-safe.
 *
 * <p>Mail goes on being accepted all the while: it is held, as for any pair on hold. So each order
 * of events, a crash included, leaves a pair that is either as it was, or on hold until somebody
 * releases it; never one that is delivered to in two places.
 */
final class Failover {

  private final Routing routing;
  private final Probe probe;
  private final InstantSource clock;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  Failover(Routing routing, Probe probe, InstantSource clock) {
    this.routing = routing;
    this.probe = probe;
    this.clock = clock;
  }

  /**
   * What is asked.
   *
   * @param to the new active member; null when there is only one other
   * @param force go on though something is still open to the old member or the probe finds fault
   * @param patience for the old member to drain, and again at most as long for the probe
   */
  record Order(Pair pair, @Nullable String to, boolean force, Who who, Duration patience) {}

  /** One step, with its outcome and how long it took. */
  record Step(String step, boolean ok, String detail, Instant at, long millis) {}

  /**
   * What it came to.
   *
   * @param outcome {@code done}, {@code undone} (as before), {@code failed} (see the last step), or
   *     {@code dry-run}
   * @param warnings what nobody has checked
   */
  record Report(
      String pair,
      String from,
      String to,
      String outcome,
      List<Step> steps,
      List<String> warnings,
      long millis) {

    Report {
      steps = List.copyOf(steps);
      warnings = List.copyOf(warnings);
    }

    boolean done() {
      return outcome.equals("done");
    }

    String detail() {
      Step broken = steps.stream().filter(step -> !step.ok()).findFirst().orElse(steps.getLast());
      String now =
          outcome.equals("undone")
              ? "; everything is as before"
              : "; undoing failed too, pair " + pair + " needs a look";
      return "failover to " + to + " failed at \"" + broken.step() + "\": " + broken.detail() + now;
    }
  }

  Report run(Order order) {
    Member target = target(order);
    if (!running.add(order.pair().name())) {
      throw Problem.conflict("a failover of " + order.pair().name() + " is running already");
    }
    try {
      return new Run(order, target).go();
    } finally {
      running.remove(order.pair().name());
    }
  }

  /** What a failover would do now. Asks the standby, and changes nothing. */
  Report preview(Order order) {
    return new Run(order, target(order)).preview();
  }

  private static Member target(Order order) {
    Pair pair = order.pair();
    List<Member> standbys =
        pair.members().stream().filter(member -> !member.name().equals(pair.active())).toList();
    String to = order.to();
    if (to == null) {
      if (standbys.size() != 1) {
        throw Problem.conflict(
            "pair " + pair.name() + " has " + standbys.size() + " standbys; say which with \"to\"");
      }
      return standbys.getFirst();
    }
    if (to.equals(pair.active())) {
      throw Problem.conflict(to + " is the active member already");
    }
    return standbys.stream()
        .filter(member -> member.name().equals(to))
        .findFirst()
        .orElseThrow(() -> Problem.bad("pair " + pair.name() + " has no member " + to));
  }

  /** Work that is one step; answers what to tell. */
  @FunctionalInterface
  private interface Work {
    String run()
        throws StepFailedException,
            MapUnavailableException,
            RefusedChangeException,
            InterruptedException;
  }

  /** A step's own verdict. */
  private static final class StepFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    StepFailedException(String message) {
      super(message);
    }
  }

  /** One failover; used by one thread. */
  private final class Run {

    private final Order order;
    private final Pair pair;
    private final Member target;
    private final Target everythingOfIt;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Instant began = clock.instant();

    Run(Order order, Member target) {
      this.order = order;
      this.pair = order.pair();
      this.target = target;
      this.everythingOfIt = new Target.OfPair(pair.name());
    }

    Report go() {
      if (!step("hold and drain", this::holdAndDrain)
          || !step("probe " + target.name(), this::probeStandby)
          || !step("switch", this::switchActive)) {
        return report(undo() ? "undone" : "failed");
      }
      return report(step("release", this::release) ? "done" : "failed");
    }

    Report preview() {
      String to = target.name();
      String then = pair.onHold() ? "stays on hold, as it is now" : "mail would go to " + to;
      boolean _ =
          step("hold and drain", this::toDrain)
              && step("probe " + to, this::probeStandby)
              && step("switch", () -> to + " would be the active member")
              && step("release", () -> then);
      return report("dry-run");
    }

    private String toDrain() {
      long open = routing.open().stream().filter(o -> o.pair().equals(pair.name())).count();
      return "mail would be held; open to " + pair.active() + " now: " + open;
    }

    private String holdAndDrain()
        throws StepFailedException, MapUnavailableException, RefusedChangeException {
      Flip flip = routing.setHold(everythingOfIt, true, order.who(), order.patience());
      if (flip.quiesced()) {
        return "nothing is open to " + pair.active();
      }
      String open = flip.open().size() + " deliveries are still open to " + pair.active();
      if (!order.force()) {
        throw new StepFailedException(open);
      }
      return open + "; forced";
    }

    private String probeStandby() throws StepFailedException, InterruptedException {
      Probe.Finding finding = probe.probe(pair, target, order.patience());
      if (!finding.fit() && !order.force()) {
        throw new StepFailedException(finding.detail());
      }
      if (!finding.unchecked().isEmpty()) {
        warnings.add(finding.unchecked());
      }
      return finding.fit() ? finding.detail() : finding.detail() + "; forced";
    }

    /** What came to be open since the pair was drained keeps it back, unless it is forced. */
    private String switchActive()
        throws StepFailedException, MapUnavailableException, RefusedChangeException {
      String name = pair.name();
      Flip flip =
          order.force()
              ? routing.forcePair(name, pair.members(), target.name(), order.who())
              : routing.putPair(name, pair.members(), target.name(), order.who(), order.patience());
      if (!flip.quiesced() && !order.force()) {
        throw new StepFailedException(
            flip.open().size() + " deliveries are still open to " + pair.active());
      }
      return target.name() + " is the active member";
    }

    private String release() throws MapUnavailableException, RefusedChangeException {
      if (pair.onHold()) {
        return "stays on hold, as it was before";
      }
      routing.setHold(everythingOfIt, false, order.who(), Duration.ZERO);
      return "mail goes to " + target.name();
    }

    private boolean undo() {
      return step("undo", this::restore);
    }

    private String restore() throws MapUnavailableException, RefusedChangeException {
      routing.forcePair(pair.name(), pair.members(), pair.active(), order.who());
      if (!pair.onHold()) {
        routing.setHold(everythingOfIt, false, order.who(), Duration.ZERO);
      }
      return pair.active() + " is the active member, as before";
    }

    private boolean step(String name, Work work) {
      Instant at = clock.instant();
      boolean ok = false;
      String detail;
      try {
        detail = work.run();
        ok = true;
      } catch (StepFailedException | RefusedChangeException e) {
        detail = String.valueOf(e.getMessage());
      } catch (MapUnavailableException e) {
        detail = "the map cannot be changed right now";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        detail = "the gateway is stopping";
      }
      steps.add(new Step(name, ok, detail, at, millisSince(at)));
      return ok;
    }

    private long millisSince(Instant at) {
      return Duration.between(at, clock.instant()).toMillis();
    }

    private Report report(String outcome) {
      return new Report(
          pair.name(), pair.active(), target.name(), outcome, steps, warnings, millisSince(began));
    }
  }
}
