package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.routing.Routing;

/**
 * {@code POST /v1/states}: many flips at once, a JSON object a line in, a result a line out, in
 * order. A bad line is answered as such and does not stop the others. Memory does not grow with the
 * number of lines.
 */
final class StatesResource {

  /** Such requests at one time. */
  static final int MAX_CONCURRENT = 16;

  /** Lines of all requests that are shut and still waited for, about 500 octets each. */
  static final int MAX_AWAITED = 200_000;

  private final Routing routing;
  private final AuditLog audit;
  private final InstantSource clock;
  private final IdempotencyKeys keys;
  private final Waits waits;
  private final FlipTimes times;
  private final Semaphore room = new Semaphore(MAX_AWAITED);

  StatesResource(
      Routing routing, AuditLog audit, InstantSource clock, IdempotencyKeys keys, FlipTimes times) {
    this.times = times;
    this.waits = new Waits(MAX_CONCURRENT, times);
    this.keys = keys;
    this.routing = routing;
    this.audit = audit;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.post("/v1/states", keys.once(this::flip), Role.BACKEND);
  }

  private void flip(Context ctx) throws Exception {
    Query query = new Query(ctx, "wait", "dry-run");
    Duration wait = Waits.parse(query.text("wait"));
    boolean dryRun = query.flag("dry-run");
    Caller caller = Access.caller(ctx);
    waits.within(() -> stream(ctx, caller, dryRun, wait));
  }

  private boolean stream(Context ctx, Caller caller, boolean dryRun, Duration wait) {
    ctx.res().setContentType("application/x-ndjson");
    try (ResultSpool spool = new ResultSpool(part -> RecordedAnswer.tell(ctx, part));
        StateLines lines = StateLines.of(Requests.body(ctx), caller)) {
      var client = ctx.res().getOutputStream();
      Thread drain = Thread.ofVirtual().name("states-results").start(() -> spool.drain(client));
      try {
        if (dryRun) {
          new StatesPreview(routing, caller, spool).of(lines);
        } else {
          new StatesRun(routing, audit, clock, caller, wait, room, spool, times).of(lines);
        }
      } finally {
        spool.complete();
        drain.join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }
}
