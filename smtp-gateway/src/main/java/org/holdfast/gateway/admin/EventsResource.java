package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** {@code /v1/events}: who changed what; a page, or a stream of server-sent events. */
final class EventsResource {

  /** Streams open at one time. */
  static final int MAX_FOLLOWERS = 64;

  /** A comment goes out after this silence, so that a client that is gone is noticed. */
  static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final AuditLog audit;
  private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);
  private volatile boolean closed;

  EventsResource(AuditLog audit) {
    this.audit = audit;
  }

  /** Ends every stream. */
  void close() {
    closed = true;
    audit.wake();
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/events", this::events, Role.VIEWER);
  }

  /** {@code next} is the id to go on after; it is there even when nothing new was. */
  private record Events(List<AuditEvent> items, long next) {}

  private void events(Context ctx) throws IOException, InterruptedException {
    Query query = new Query(ctx, "after", "limit");
    String accept = ctx.header("Accept");
    if (accept != null && accept.contains("text/event-stream")) {
      follow(ctx, query.number("after", audit.last()));
      return;
    }
    int limit = query.limit();
    if (query.text("after") == null) {
      Json.answer(ctx, page(audit.newest(limit), 0));
    } else {
      long after = query.number("after", 0);
      Json.answer(ctx, page(audit.after(after, limit), after));
    }
  }

  private static Events page(List<AuditEvent> events, long after) {
    return new Events(events, events.isEmpty() ? after : events.getLast().id());
  }

  // A follower has no queue of its own: it reads the log's tail from where it is, so a slow one
  // costs nothing and at worst misses what has left the tail.
  private void follow(Context ctx, long after) throws IOException, InterruptedException {
    if (!followers.tryAcquire()) {
      throw Problem.busy("too many clients follow the events; try again later");
    }
    try {
      ctx.res().setContentType("text/event-stream; charset=utf-8");
      stream(ctx.res().getOutputStream(), after);
    } finally {
      followers.release();
    }
  }

  private void stream(OutputStream out, long after) throws IOException, InterruptedException {
    say(out, ": holdfast\n\n");
    long seen = after;
    while (!closed && !audit.isClosed()) {
      audit.awaitAfter(seen, HEARTBEAT);
      List<AuditEvent> events = audit.after(seen, Query.MAX_LIMIT);
      for (AuditEvent event : events) {
        say(out, "id: " + event.id() + "\ndata: " + Json.MAPPER.writeValueAsString(event) + "\n\n");
        seen = event.id();
      }
      if (events.isEmpty()) {
        say(out, ":\n\n");
      }
    }
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
