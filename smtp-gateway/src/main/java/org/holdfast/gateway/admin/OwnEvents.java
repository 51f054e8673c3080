package org.holdfast.gateway.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.dispatch.DispatchStatus.Breaker;
import org.holdfast.holdqueue.dispatch.DispatchStatus.NextHop;
import org.holdfast.routing.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the events what befalls the gateway itself: that it started and stopped, that the store
 * or the map cannot be used and can again, that a backend is down and up again. Looks at how things
 * stand every {@link #EVERY}: what came and went in between is not told.
 *
 * <p>Thread-safe; {@link #look} is one thread's.
 */
public final class OwnEvents implements AutoCloseable {

  /** Between two looks. */
  static final Duration EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(OwnEvents.class);

  private final AuditLog audit;
  private final Routing routing;
  private final HoldQueue queue;
  private final String node;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("own-events").daemon().factory());

  private volatile boolean started;
  private Optional<String> storeTrouble = Optional.empty();
  private Optional<String> mapTrouble = Optional.empty();

  /** Backends that are down: what was said when they came to be so, by pair and member. */
  private final Map<String, String> down = new HashMap<>();

  /** {@code node} is this gateway's name. */
  public OwnEvents(AuditLog audit, Routing routing, HoldQueue queue, String node) {
    this.audit = audit;
    this.routing = routing;
    this.queue = queue;
    this.node = node;
  }

  /**
   * The gateway is up; begins to look.
   *
   * @param how its doors and version, as the events keep it
   */
  public void start(Map<String, Object> how) {
    audit.ofGateway("gateway.started", node, "", Map.of("stopped", lastStop()), how);
    started = true;
    var _ =
        looking.scheduleWithFixedDelay(
            this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How the life before ended. */
  private String lastStop() {
    try {
      List<AuditEvent> last = audit.newest(new EventFilter("gateway", "gateway", node), 1);
      return last.isEmpty()
          ? "never ran"
          : last.getFirst().what().equals("gateway.stopped") ? "in order" : "not in order";
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Tells what is another than at the look before. */
  void look() {
    try {
      storeTrouble = told("store", storeTrouble, queue.trouble());
      mapTrouble = told("map", mapTrouble, routing.trouble());
      queue.dispatch().nextHops().forEach(this::backend);
    } catch (RuntimeException | Error e) { // what is thrown would end the looking for ever, unseen
      LOG.error("own events: looking again later", e);
    }
  }

  private Optional<String> told(String what, Optional<String> before, Optional<String> now) {
    if (before.isEmpty() && now.isPresent()) {
      audit.ofGateway(
          what + ".refusing",
          node,
          now.get(),
          Map.of("state", "accepting"),
          Map.of("state", "refusing"));
    } else if (before.isPresent() && now.isEmpty()) {
      audit.ofGateway(
          what + ".accepting",
          node,
          "it was: " + before.get(),
          Map.of("state", "refusing"),
          Map.of("state", "accepting"));
    }
    return now;
  }

  private void backend(NextHop hop) {
    String name = hop.name() + "/" + hop.member();
    if (hop.breaker() == Breaker.OPEN && !down.containsKey(name)) {
      down.put(name, hop.lastReply());
      audit.ofGateway(
          "backend.down", name, hop.lastReply(), Map.of("health", "up"), Map.of("health", "down"));
    } else if (hop.breaker() == Breaker.CLOSED && down.remove(name) != null) {
      audit.ofGateway(
          "backend.up",
          name,
          "it takes mail again",
          Map.of("health", "down"),
          Map.of("health", "up"));
    }
  }

  /** The gateway has stopped; nothing is looked at any more. */
  @Override
  public void close() {
    var _ = looking.shutdownNow();
    if (started) {
      audit.ofGateway("gateway.stopped", node, "", null, null);
    }
  }
}
